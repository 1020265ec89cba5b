package io.beambatch.job;

import io.beambatch.job.YamlValue.Scalar;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the keys of a source that describe the format of its CSV files. */
final class CsvSection {
  /** The keys that describe the format of CSV files. */
  static final List<String> KEYS = List.of("delimiter", "quote", "escape", "ragged");

  private static final String NONE = "none";

  private CsvSection() {}

  static CsvDialect dialect(Section section) {
    char delimiter = Objects.requireNonNull(character(section, "delimiter", ','));
    Character quote = isNone(section, "quote") ? null : character(section, "quote", '"');
    Character escape = character(section, "escape", null);
    CsvDialect dialect = new CsvDialect(delimiter, quote, escape, section.flag("ragged"));
    if (quote != null && delimiter == quote) {
      section.problem(
          section.value("quote").isPresent() ? "quote" : "delimiter",
          "must be another character than the "
              + (section.value("quote").isPresent() ? "delimiter" : "quote"));
    }
    if (escape != null && delimiter == escape) {
      section.problem("escape", "must be another character than the delimiter");
    }
    return dialect;
  }

  private static boolean isNone(Section section, String key) {
    return section.value(key).map(value -> text(value).equals(NONE)).orElse(false);
  }

  private static @Nullable Character character(
      Section section, String key, @Nullable Character otherwise) {
    Optional<YamlValue> value = section.value(key);
    if (value.isEmpty()) {
      return otherwise;
    }
    String text = text(value.get());
    if (text.equals("\\t")) {
      return '\t';
    }
    if (text.length() != 1 || text.charAt(0) >= 0x80 || "\r\n".contains(text)) {
      section.problem(
          key,
          "must be one ASCII character"
              + (key.equals("delimiter")
                  ? ", such as \";\" or \"\\t\""
                  : key.equals("quote") ? ", such as \"'\", or none" : ", such as \"\\\\\"")
              + ", but was "
              + value.get().found());
      return otherwise;
    }
    return text.charAt(0);
  }

  private static String text(YamlValue value) {
    return value instanceof Scalar scalar ? scalar.text() : "";
  }
}
