package io.beambatch.localserver;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** Analyses texts word by word. */
final class Words {
  private static final int NEGATES = 2;

  /** 1 for good words, -1 for bad ones, {@link #NEGATES} for those that negate the next ones. */
  private static final Map<String, Integer> VALUES = values();

  /** Words of scripts without spaces between words: they match anywhere. */
  private static final List<String> UNSPACED =
      VALUES.keySet().stream()
          .filter(word -> word.codePoints().anyMatch(Words::isUnspaced))
          .toList();

  private Words() {}

  /** The sum of the words' values, as a sentiment. */
  static String sentiment(String text) {
    Score score = new Score();
    each(text, score);
    score.negatedWords = 0;
    UNSPACED.stream().filter(text::contains).forEach(score);
    return score.sum > 0 ? "positive" : score.sum < 0 ? "negative" : "neutral";
  }

  private static final class Score implements Consumer<String> {
    private int sum;
    private int negatedWords;

    @Override
    public void accept(String word) {
      int value = VALUES.getOrDefault(word, 0);
      if (value == NEGATES) {
        negatedWords = 2;
      } else {
        sum += negatedWords > 0 ? -value : value;
        negatedWords--;
      }
    }
  }

  private static Map<String, Integer> values() {
    Map<String, Integer> values = new HashMap<>();
    read("positive-words.txt").forEach(word -> values.put(word, 1));
    read("negative-words.txt").forEach(word -> values.put(word, -1));
    read("negation-words.txt").forEach(word -> values.put(word, NEGATES));
    return values;
  }

  private static List<String> read(String resource) {
    try (InputStream in = Words.class.getResourceAsStream(resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Passes on each word in lower case: letters, digits and inner apostrophes. */
  static void each(String text, Consumer<String> word) {
    int start = -1;
    for (int i = 0; i <= text.length(); i++) {
      boolean inside = i < text.length() && (isWord(text.charAt(i)) || apostrophe(text, i, start));
      if (inside && start < 0) {
        start = i;
      } else if (!inside && start >= 0) {
        word.accept(text.substring(start, i).toLowerCase(Locale.ROOT));
        start = -1;
      }
    }
  }

  /** Returns whether the text contains this phrase as whole words, ignoring case. */
  static boolean contains(String text, String phrase) {
    if (phrase.isEmpty()) {
      return false;
    }
    char small = Character.toLowerCase(phrase.charAt(0));
    char capital = Character.toUpperCase(small);
    for (int i = 0; i + phrase.length() <= text.length(); i++) {
      int end = i + phrase.length();
      if ((text.charAt(i) == small || text.charAt(i) == capital)
          && text.regionMatches(true, i, phrase, 0, phrase.length())
          && (i == 0 || !isWord(text.charAt(i - 1)))
          && (end == text.length() || !isWord(text.charAt(end)))) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether the text contains these lower-case letters anywhere, ignoring case. */
  static boolean mentions(String text, String letters) {
    char first = letters.charAt(0);
    for (int i = 0; i + letters.length() <= text.length(); i++) {
      if ((text.charAt(i) | 0x20) == first
          && text.regionMatches(true, i, letters, 0, letters.length())) {
        return true;
      }
    }
    return false;
  }

  /** The first sentences, at most two, on one line. */
  static String firstSentences(String text, int mostChars) {
    int end = 0;
    int sentences = 0;
    int most = Math.min(text.length(), mostChars);
    for (int i = 0; i < most && sentences < 2; i++) {
      char c = text.charAt(i);
      boolean last = i + 1 == text.length() || Character.isWhitespace(text.charAt(i + 1));
      if (last && (c == '.' || c == '!' || c == '?')) {
        sentences++;
        end = i + 1;
      }
    }
    return oneLine(text.substring(0, end == 0 ? most : end));
  }

  /** The first words, unchanged. */
  static String firstWords(String text, int most) {
    List<String> words = new ArrayList<>();
    int start = -1;
    for (int i = 0; i <= text.length() && words.size() < most; i++) {
      boolean inside = i < text.length() && !Character.isWhitespace(text.charAt(i));
      if (inside && start < 0) {
        start = i;
      } else if (!inside && start >= 0) {
        words.add(text.substring(start, i));
        start = -1;
      }
    }
    return String.join(" ", words);
  }

  private static String oneLine(String text) {
    return text.strip().replace('\n', ' ').replace('\r', ' ');
  }

  private static boolean isUnspaced(int codePoint) {
    return Character.isIdeographic(codePoint)
        || Character.UnicodeScript.of(codePoint) == Character.UnicodeScript.HIRAGANA
        || (!Character.isLetterOrDigit(codePoint) && codePoint > 0x7f);
  }

  private static boolean isWord(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || Character.isLetterOrDigit(c);
  }

  private static boolean apostrophe(String text, int i, int start) {
    return text.charAt(i) == '\'' && start >= 0;
  }
}
