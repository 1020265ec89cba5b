package io.beambatch.json;

/**
 * Finds escapes of lone surrogates, such as {@code \ud800}: UTF-8 can't encode such text, and it
 * would silently become another one. JSON could keep the escape, but most readers reject a whole
 * file that contains one. So wherever a value has one, in a document or in an answer, the value is
 * a failure.
 */
public final class LoneSurrogates {
  /** The description in a failure. */
  public static final String WORDS =
      "half a character, such as \\ud800 without its other half, in a JSON string";

  private static final int ESCAPE_LENGTH = 6;

  private LoneSurrogates() {}

  /** Returns whether well-formed JSON has one. */
  public static boolean in(String json) {
    int i = json.indexOf('\\');
    while (i >= 0) {
      int next = i + 2;
      if (json.charAt(i + 1) == 'u') {
        char c = escaped(json, i);
        next = i + ESCAPE_LENGTH;
        if (Character.isLowSurrogate(c)) {
          return true;
        }
        if (Character.isHighSurrogate(c)) {
          if (!json.startsWith("\\u", next) || !Character.isLowSurrogate(escaped(json, next))) {
            return true;
          }
          next += ESCAPE_LENGTH;
        }
      }
      i = json.indexOf('\\', next);
    }
    return false;
  }

  /** Well-formed JSON with U+FFFD in place of each lone surrogate. */
  public static String replaced(String json) {
    int i = json.indexOf('\\');
    if (i < 0) {
      return json;
    }
    StringBuilder whole = new StringBuilder(json);
    while (i >= 0) {
      int next = i + 2;
      if (json.charAt(i + 1) == 'u') {
        char c = escaped(json, i);
        next = i + ESCAPE_LENGTH;
        boolean paired =
            Character.isHighSurrogate(c)
                && json.startsWith("\\u", next)
                && Character.isLowSurrogate(escaped(json, next));
        if (paired) {
          next += ESCAPE_LENGTH;
        } else if (Character.isSurrogate(c)) {
          whole.replace(i, i + ESCAPE_LENGTH, "\\ufffd");
        }
      }
      i = json.indexOf('\\', next);
    }
    return whole.toString();
  }

  private static char escaped(String json, int i) {
    return (char) Integer.parseInt(json, i + 2, i + ESCAPE_LENGTH, 16);
  }
}
