package io.beambatch.job;

import io.beambatch.job.FileSource.Format;
import io.beambatch.job.YamlValue.Scalar;
import io.beambatch.job.YamlValue.Sequence;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the section {@code source}. Its {@code type} selects the kind of source; {@link
 * TableSection} and {@link PubSubSection} read kinds other than files.
 */
final class SourceSection {
  private static final Duration MIN_WINDOW = Duration.ofMillis(100);
  private static final Duration MAX_WINDOW = Duration.ofDays(30);
  private static final Duration MAX_WATCH = Duration.ofDays(1);

  /** Keys that only some kinds have, with those kinds. */
  private static final Map<String, List<Kind>> KEYS =
      Map.of(
          "path", List.of(Kind.FILES),
          "watch", List.of(Kind.FILES),
          "window", List.of(Kind.FILES, Kind.PUBSUB),
          "table", List.of(Kind.BIGQUERY),
          "query", List.of(Kind.BIGQUERY),
          "method", List.of(Kind.BIGQUERY),
          "subscription", List.of(Kind.PUBSUB),
          "attributes", List.of(Kind.PUBSUB));

  private SourceSection() {}

  static Source read(Section section) {
    String type = section.oneOf("type", Kind.types(Format.values()));
    Kind kind = Kind.of(type);
    kind.refuseOthers(section, KEYS);
    boolean wholeFile = section.flag("whole_file");
    if (wholeFile) {
      only(section, "whole_file", type, Format.TEXT);
    }
    for (String key : CsvSection.KEYS) {
      only(section, key, type, Format.CSV);
    }
    String id = section.text("id", "the name of a field");
    return switch (kind) {
      case FILES -> files(section, Kind.format(type, Format.values()), id, wholeFile);
      case BIGQUERY -> TableSection.source(section, id);
      case PUBSUB -> PubSubSection.source(section, id, window(section));
    };
  }

  private static Source files(
      Section section, Format format, @Nullable String id, boolean wholeFile) {
    CsvDialect csv = CsvSection.dialect(section);
    List<String> paths = paths(section);
    if (paths.contains(FileSource.STANDARD)) {
      return standardInput(section, format, id, paths);
    }
    return new FileSource(format, paths, id, wholeFile, csv, watch(section), window(section));
  }

  private static StandardInputSource standardInput(
      Section section, Format format, @Nullable String id, List<String> paths) {
    if (paths.size() > 1) {
      section.problem("path", "must not have '-', which is standard input, beside other paths");
    }
    if (format != Format.JSONL) {
      section.problem(
          "path",
          "'-' is standard input, which is read as 'type: jsonl' only; put files of another type"
              + " on a disk");
    }
    if (section.value("watch").isPresent()) {
      section.problem("watch", "is for files: standard input is read once, to its end");
    }
    return new StandardInputSource(id);
  }

  private static void only(Section section, String key, String type, Format format) {
    String word = Kind.word(format);
    if (!type.equals(word) && section.value(key).isPresent()) {
      section.problem(key, "is for 'type: " + word + "' only");
    }
  }

  private static @Nullable Duration watch(Section section) {
    return section.value("watch").isPresent()
        ? section.duration("watch", MIN_WINDOW, MAX_WATCH, MAX_WATCH)
        : null;
  }

  private static Duration window(Section section) {
    return section.duration("window", MIN_WINDOW, MAX_WINDOW, FileSource.WINDOW);
  }

  private static List<String> paths(Section section) {
    String expected = "a file pattern, local or gs://, or a list of them";
    Optional<YamlValue> value = section.value("path");
    if (value.isEmpty()) {
      section.missing("path", "it is " + expected);
      return List.of();
    }
    List<YamlValue> items =
        value.get() instanceof Sequence sequence ? sequence.items() : List.of(value.get());
    if (items.isEmpty()) {
      section.problem("path", "must be " + expected + ", but the list is empty");
    }
    for (YamlValue item : items) {
      if (!(item instanceof Scalar scalar)
          || !scalar.json().isTextual()
          || scalar.text().isBlank()) {
        section.problem("path", "must be " + expected + ", but was " + item.found());
        return List.of();
      }
      section.checkPath("path", scalar.text());
    }
    return items.stream().map(item -> ((Scalar) item).text()).toList();
  }
}
