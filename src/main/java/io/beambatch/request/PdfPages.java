package io.beambatch.request;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * Counts the pages of a PDF by the objects that describe them. It finds none in files with
 * compressed objects.
 */
final class PdfPages {
  private static final String TYPE = "/Type";
  private static final String PAGE = "/Page";

  /** A name may continue in the next piece; this much is kept for it. */
  private static final int KEPT = 32;

  private final StringBuilder window = new StringBuilder();
  private long pages;

  private PdfPages() {}

  /** The number of pages, found in one pass that holds one piece of the file at a time. */
  static long count(DataUrl pdf) {
    PdfPages found = new PdfPages();
    try (InputStream in = pdf.open()) {
      byte[] piece = new byte[1 << 16];
      int read;
      while ((read = in.read(piece)) >= 0) {
        found.window.append(new String(piece, 0, read, StandardCharsets.ISO_8859_1));
        found.look();
      }
    } catch (IOException e) {
      return found.pages; // damaged Base64: the part before it counts
    }
    found.window.append("\n".repeat(KEPT));
    found.look();
    return found.pages;
  }

  private void look() {
    int end = Math.max(0, window.length() - KEPT);
    int at = window.indexOf(TYPE);
    while (at >= 0 && at < end) {
      int name = at + TYPE.length();
      while (name < window.length() && Character.isWhitespace(window.charAt(name))) {
        name++;
      }
      int after = name + PAGE.length();
      if (after < window.length()
          && window.substring(name, after).equals(PAGE)
          && !Character.isLetter(window.charAt(after))) {
        pages++;
      }
      at = window.indexOf(TYPE, name);
    }
    window.delete(0, end);
  }
}
