package io.beambatch.request;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Base64 content in a request.
 *
 * @param type its media type, such as {@code image/png}
 * @param text the text that contains the Base64
 * @param from where the Base64 begins in the text
 */
record DataUrl(String type, String text, int from) {
  private static final String SCHEME = "data:";
  private static final String BASE64 = ";base64";

  /** Parses {@code data:image/png;base64,…}; null if a text is something else. */
  static @Nullable DataUrl of(String text) {
    int comma = text.indexOf(',');
    if (!text.regionMatches(true, 0, SCHEME, 0, SCHEME.length()) || comma < 0) {
      return null;
    }
    String head = text.substring(SCHEME.length(), comma).toLowerCase(Locale.ROOT);
    return head.endsWith(BASE64)
        ? new DataUrl(head.split(";", 2)[0].strip(), text, comma + 1)
        : null;
  }

  /** The number of bytes, or a few more. */
  long bytes() {
    return (text.length() - from) * 3L / 4;
  }

  /** The bytes, decoded while they are read. */
  InputStream open() {
    // The MIME decoder also accepts Base64 with line ends.
    return Base64.getMimeDecoder().wrap(new Characters());
  }

  /** The first bytes, or fewer if the Base64 ends or is damaged earlier. */
  byte[] head(int length) {
    try (InputStream in = open()) {
      return in.readNBytes(length);
    } catch (IOException e) {
      return new byte[0];
    }
  }

  /** Reads the characters without copying all of them. */
  private final class Characters extends InputStream {
    private static final int PIECE = 8192;

    private int at = from;
    private InputStream piece = new ByteArrayInputStream(new byte[0]);

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
      try {
        int read = piece.read(buffer, offset, length);
        if (read < 0 && at < text.length()) {
          int end = Math.min(text.length(), at + PIECE);
          piece =
              new ByteArrayInputStream(
                  text.substring(at, end).getBytes(StandardCharsets.ISO_8859_1));
          at = end;
          read = piece.read(buffer, offset, length);
        }
        return read;
      } catch (IOException e) {
        throw new IllegalStateException("bytes in memory can't be read", e);
      }
    }
  }
}
