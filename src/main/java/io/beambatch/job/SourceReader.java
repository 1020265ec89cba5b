package io.beambatch.job;

import io.beambatch.job.YamlValue.Scalar;
import io.beambatch.job.YamlValue.Sequence;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads where documents come from and where they go. */
final class SourceReader {
  private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*)://.*");
  private static final Duration WINDOW = Duration.ofMinutes(10);
  private static final Duration MONTH = Duration.ofDays(30);

  private SourceReader() {}

  static SourceSpec source(Section section) {
    SourceSpec.Type type = section.oneOf("type", SourceSpec.Type.class);
    boolean wholeFile = section.flag("whole_file");
    if (wholeFile && type != SourceSpec.Type.TEXT) {
      section.problem("whole_file", "is for 'type: text' only");
    }
    boolean table = type == SourceSpec.Type.BIGQUERY;
    only(section, table, "bigquery", "table", "query", "method");
    only(section, !table, "files", "path", "watch", "window");
    Optional<YamlValue> watch = table ? Optional.empty() : section.value("watch");
    return new SourceSpec(
        type,
        table ? List.of() : paths(section),
        table ? TableReader.source(section) : null,
        section.text("id", "the name of a field"),
        wholeFile,
        delimiter(section, type),
        watch.isEmpty()
            ? null
            : section.duration("watch", Duration.ofMillis(100), Duration.ofDays(1), WINDOW),
        section.duration("window", Duration.ofMillis(100), MONTH, WINDOW));
  }

  static SinkSpec sink(Section section) {
    SinkSpec.Type type = section.oneOf("type", SinkSpec.Type.class);
    boolean table = type == SinkSpec.Type.BIGQUERY;
    only(
        section,
        table,
        "bigquery",
        "table",
        "write_disposition",
        "create_disposition",
        "partition");
    only(section, !table, "files", "path", "compression");
    return table
        ? new SinkSpec(type, null, SinkSpec.Compression.NONE, TableReader.sink(section))
        : new SinkSpec(
            type,
            prefix(section, section.requiredText("path", PREFIX)),
            compression(section, type),
            null);
  }

  private static SinkSpec.Compression compression(Section section, SinkSpec.Type type) {
    if (section.value("compression").isEmpty()) {
      return type.compressions().get(0);
    }
    List<String> codes = type.compressions().stream().map(SinkSpec.Compression::code).toList();
    return type.compressions().get(codes.indexOf(section.oneOf("compression", codes)));
  }

  /** Failures go beside the answers unless the file says otherwise. */
  static FailuresSpec failures(Section section, SinkSpec sink) {
    String path = section.text("path", PREFIX);
    if (section.value("table").isPresent()) {
      if (path != null) {
        section.problem("table", "can't stand beside failures.path: failures go to one place");
      }
      return TableReader.failures(section, sink);
    }
    if (path == null) {
      return sink.table() == null
          ? new FailuresSpec(sink.path() + "-failed")
          : TableReader.failuresBeside(sink.table());
    }
    if (path.equals(sink.path())) {
      section.problem("path", "must not be the sink's path: answers and failures would mix");
    }
    return new FailuresSpec(prefix(section, path));
  }

  /** Reports keys that another type has. */
  private static void only(Section section, boolean right, String type, String... keys) {
    for (String key : keys) {
      if (!right && section.value(key).isPresent()) {
        section.problem(
            key, type.equals("files") ? "is for files only" : "is for 'type: bigquery' only");
      }
    }
  }

  private static final String PREFIX =
      "the beginning of file names, local or gs://, such as output/answers";

  private static String prefix(Section section, String path) {
    checkScheme(section, path);
    if (path.endsWith("/")) {
      section.problem(
          "path", "must be " + PREFIX + ", but ends with '/'; add the beginning of a file name");
    }
    if (path.contains("*") || path.contains("{{")) {
      section.problem("path", "must be " + PREFIX + "; patterns and templates are not possible");
    }
    return path;
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
      checkScheme(section, scalar.text());
    }
    return items.stream().map(item -> ((Scalar) item).text()).toList();
  }

  private static void checkScheme(Section section, String path) {
    var scheme = SCHEME.matcher(path);
    if (scheme.matches() && !scheme.group(1).equals("gs") && !scheme.group(1).equals("file")) {
      section.problem(
          "path", "must be local or begin with gs://, but begins with " + scheme.group(1) + "://");
    }
  }

  private static char delimiter(Section section, SourceSpec.Type type) {
    Optional<YamlValue> value = section.value("delimiter");
    if (value.isEmpty()) {
      return ',';
    }
    if (type != SourceSpec.Type.CSV) {
      section.problem("delimiter", "is for 'type: csv' only");
    }
    String text = value.get() instanceof Scalar scalar ? scalar.text() : "";
    if (text.equals("\\t")) {
      return '\t';
    }
    if (text.length() != 1 || "\"\r\n".contains(text) || Character.isSurrogate(text.charAt(0))) {
      section.problem(
          "delimiter",
          "must be one character, such as \";\" or \"\\t\", but was " + value.get().found());
      return ',';
    }
    return text.charAt(0);
  }
}
