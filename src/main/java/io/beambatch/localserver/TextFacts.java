package io.beambatch.localserver;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Extracts facts from a text: names and numbers, each only once until all were used. */
final class TextFacts {
  private static final Pattern NAME = Pattern.compile("\\p{Lu}[\\w'’-]+(?: \\p{Lu}[\\w'’-]+)*");
  private static final Pattern NUMBER =
      Pattern.compile("(?<![\\w.])-?\\d{1,15}(?:\\.\\d{1,9})?(?!\\w)");

  private final String text;
  private @Nullable List<String> names;
  private @Nullable List<Double> numbers;
  private int nextName;
  private int nextNumber;

  TextFacts(String text) {
    this.text = text;
  }

  String text() {
    return text;
  }

  /** The rest of the line after {@code label:} in the text, or null. */
  @Nullable String labelled(String label) {
    if (label.isEmpty()) {
      return null;
    }
    Matcher matcher =
        Pattern.compile(
                "\\b" + Pattern.quote(label.replace('_', ' ')) + "\\s*[:=]\\s*([^,;\\n]{1,200})",
                Pattern.CASE_INSENSITIVE)
            .matcher(text);
    return matcher.find() ? matcher.group(1).strip() : null;
  }

  /** The next capitalised words, starting over after the last; or the text's first words. */
  String name() {
    if (names == null) {
      names = all(NAME);
    }
    if (names.isEmpty()) {
      String words = Words.firstWords(text, 3);
      return words.isEmpty() ? "text" : words;
    }
    return names.get(nextName++ % names.size());
  }

  /** The next number in the text within the bounds, or null. */
  @Nullable Double number(double least, double most) {
    if (numbers == null) {
      numbers = all(NUMBER).stream().map(Double::valueOf).toList();
    }
    for (int i = 0; i < numbers.size(); i++) {
      double number = numbers.get((nextNumber + i) % numbers.size());
      if (number >= least && number <= most) {
        nextNumber += i + 1;
        return number;
      }
    }
    return null;
  }

  /** The first match of a pattern in the text, or null. */
  @Nullable String first(Pattern pattern) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? matcher.group() : null;
  }

  /** Yes, unless the text says the opposite of something good. */
  boolean yes(String about) {
    return Words.contains(text, about.replace('_', ' ').toLowerCase(Locale.ROOT))
        || Words.sentiment(text).equals("positive");
  }

  private List<String> all(Pattern pattern) {
    List<String> found = new ArrayList<>();
    Matcher matcher = pattern.matcher(text);
    while (matcher.find() && found.size() < 100) {
      found.add(matcher.group());
    }
    return found;
  }
}
