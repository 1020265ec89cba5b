package io.beambatch.provider;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Sanitizes text from outside for terminals and logs: it removes characters that control a terminal
 * or reorder a line, and masks what looks like a key. Every text from a provider, a file or another
 * program passes through here before a person sees it.
 */
public final class SafeText {
  private static final int LONGEST = 500;
  private static final String STARS = "***";
  private static final String PUNCTUATION = ".,:;)";

  /**
   * Controls (U+001B and U+009B start terminal commands), format characters (U+202E reverses the
   * line), line separators, and lone surrogates.
   */
  private static final Pattern UNSAFE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}]+");

  private static final Pattern UNSAFE_IN_TEXT =
      Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}&&[^\\n\\t]]+");
  private static final Pattern BLANKS = Pattern.compile("\\s+");

  /** Keys of well-known forms, complete or masked with stars. */
  private static final Pattern KEYS =
      Pattern.compile(
          "\\b(?:sk-|gsk_|xai-|hf_|AIza|AKIA)[\\w*.-]*[\\w*]|\\beyJ[\\w-]+\\.[\\w-]+\\.[\\w-]*");

  /**
   * The value after a word that announces a secret; the word itself stays. A sentence that follows
   * the word is about the secret, and doesn't contain it.
   */
  private static final Pattern ANNOUNCED =
      Pattern.compile(
          "(?i)(\\bbearer\\s+|[?&](?:api[-_]?)?key=|\\b(?:api[-_]?key|access[-_]?token)[\"']?"
              + "\\s*[:=]\\s*[\"']?|\\b(?:password|secret)=)(?!\\p{L}+ \\p{L}+ )[^\\s\"'&,;)]*[^\\s\"'&,;):.]");

  // Shorter keys are placeholders for servers that accept any, and often common words.
  private static final int SHORTEST_KEY = 8;

  private final String key;

  /**
   * @param key masked wherever it occurs, whatever its form
   */
  public SafeText(String key) {
    this.key = key;
  }

  /** Returns the text on one line of at most 500 characters. */
  public String of(String text) {
    // Cut twice: first to bound the work, then to the length that is shown.
    String start = text.substring(0, Math.min(text.length(), LONGEST * 4));
    String keyless = key.length() < SHORTEST_KEY ? start : start.replace(key, "***");
    return line(keyless);
  }

  /** Returns a text on one line of at most 500 characters, with well-known forms of keys masked. */
  public static String line(String text) {
    String start = text.substring(0, Math.min(text.length(), LONGEST * 4));
    String shown = masked(UNSAFE.matcher(start).replaceAll(" "));
    String line = BLANKS.matcher(shown).replaceAll(" ").strip();
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST - 1) + "…";
  }

  /**
   * Returns a text of any length with its line breaks and tabs, without other control characters.
   */
  public static String lines(@Nullable String text) {
    return text == null ? "" : masked(UNSAFE_IN_TEXT.matcher(text).replaceAll(" "));
  }

  /** Returns the text with well-known forms of keys masked, otherwise unchanged. */
  public static String withoutKeys(String text) {
    return masked(text);
  }

  private static String masked(String text) {
    return ANNOUNCED
        .matcher(KEYS.matcher(withoutStarredWords(text)).replaceAll("***"))
        .replaceAll("$1***");
  }

  /**
   * Masks words that contain stars, as OpenAI's 401 shows keys. A regular expression that searches
   * for the characters before the stars would take quadratic time.
   */
  private static String withoutStarredWords(String text) {
    StringBuilder masked = new StringBuilder();
    int copied = 0;
    for (int stars = text.indexOf(STARS); stars >= 0; stars = text.indexOf(STARS, copied)) {
      int start = stars;
      while (start > copied && isOfAWord(text.charAt(start - 1))) {
        start--;
      }
      int end = stars;
      while (end < text.length() && isOfAWord(text.charAt(end))) {
        end++;
      }
      while (end > stars + STARS.length() && PUNCTUATION.indexOf(text.charAt(end - 1)) >= 0) {
        end--;
      }
      masked.append(text, copied, start).append(STARS);
      copied = end;
    }
    return masked.append(text, copied, text.length()).toString();
  }

  private static boolean isOfAWord(char c) {
    return !Character.isWhitespace(c) && "'\"=?&".indexOf(c) < 0;
  }
}
