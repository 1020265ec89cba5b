package io.beambatch.json;

/**
 * Finds escapes such as {@code \ud800} that are half a character: such text can't be written as
 * UTF-8, and would silently turn into another on its way. JSON could keep the escape, but one is
 * enough for most readers to refuse the whole file that it is in, so wherever a value has one, in a
 * document or in an answer, the value is a failure.
 */
public final class LoneSurrogates {
  /** What a failure says of it. */
  public static final String WORDS =
      "half a character, such as \\ud800 without its other half, in a JSON string";

  private static final int ESCAPE_LENGTH = 6;

  private LoneSurrogates() {}

  /** Whether well-formed JSON has one. */
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

  /** Well-formed JSON with U+FFFD in place of each half of a character. */
  public static String replaced(String json) {
    StringBuilder whole = new StringBuilder(json);
    for (int i = json.indexOf('\\'); i >= 0; ) {
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
