package io.beambatch.provider.gemini;

import java.util.regex.Pattern;

/**
 * Validates resource names, such as {@code batches/abc}. They come from replies and from a run's
 * records, and become parts of URLs.
 */
final class Names {
  private static final Pattern BATCH = Pattern.compile("batches/[A-Za-z0-9_-]{1,200}");
  private static final Pattern FILE = Pattern.compile("files/[A-Za-z0-9_-]{1,200}");

  private Names() {}

  static boolean isBatch(String name) {
    return BATCH.matcher(name).matches();
  }

  static boolean isFile(String name) {
    return FILE.matcher(name).matches();
  }

  /** The part after the slash. */
  static String id(String name) {
    if (!isBatch(name) && !isFile(name)) {
      throw new IllegalArgumentException("not the name of a batch or of a file: " + name);
    }
    return name.substring(name.indexOf('/') + 1);
  }
}
