package io.beambatch.job;

import io.beambatch.job.YamlValue.Scalar;
import io.beambatch.job.YamlValue.Sequence;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads where documents come from and where they go. */
final class SourceReader {
  private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*)://.*");
  private static final Duration WINDOW = Duration.ofMinutes(10);
  private static final Duration SOONEST_LOOK = Duration.ofSeconds(1);
  private static final Duration LATEST_LOOK = Duration.ofSeconds(30);
  private static final String FILES = "files";
  private static final String BIGQUERY = "'type: bigquery'";
  private static final String PUBSUB = "'type: pubsub'";
  private static final Duration MONTH = Duration.ofDays(30);

  private SourceReader() {}

  static SourceSpec source(Section section) {
    SourceSpec.Type type = section.oneOf("type", SourceSpec.Type.class);
    boolean wholeFile = section.flag("whole_file");
    if (wholeFile && type != SourceSpec.Type.TEXT) {
      section.problem("whole_file", "is for 'type: text' only");
    }
    boolean table = type == SourceSpec.Type.BIGQUERY;
    boolean messages = type == SourceSpec.Type.PUBSUB;
    boolean files = !table && !messages;
    only(section, table, BIGQUERY, "table", "query", "method");
    only(section, messages, PUBSUB, "subscription", "attributes");
    only(section, files, FILES, "path", "watch");
    only(section, !table, FILES + " and " + PUBSUB, "window");
    Duration window = section.duration("window", Duration.ofMillis(100), MONTH, WINDOW);
    return new SourceSpec(
        type,
        files ? paths(section) : List.of(),
        table ? TableReader.source(section) : null,
        messages ? MessageReader.source(section) : null,
        section.text("id", "the name of a field"),
        wholeFile,
        delimiter(section, type),
        messages ? look(window) : watch(section, files),
        window);
  }

  private static @Nullable Duration watch(Section section, boolean files) {
    return files && section.value("watch").isPresent()
        ? section.duration("watch", Duration.ofMillis(100), Duration.ofDays(1), WINDOW)
        : null;
  }

  /** How often messages are fetched, each time into a file: some ten times a window. */
  private static Duration look(Duration window) {
    Duration tenth = window.dividedBy(10);
    return tenth.compareTo(SOONEST_LOOK) < 0
        ? SOONEST_LOOK
        : tenth.compareTo(LATEST_LOOK) > 0 ? LATEST_LOOK : tenth;
  }

  static SinkSpec sink(Section section) {
    SinkSpec.Type type = section.oneOf("type", SinkSpec.Type.class);
    boolean table = type == SinkSpec.Type.BIGQUERY;
    boolean topic = type == SinkSpec.Type.PUBSUB;
    boolean files = !table && !topic;
    only(section, table, BIGQUERY, "table", "write_disposition", "create_disposition", "partition");
    only(section, topic, PUBSUB, "topic");
    only(section, files, FILES, "path", "compression");
    return new SinkSpec(
        type,
        files ? prefix(section, section.requiredText("path", PREFIX)) : null,
        files ? compression(section, type) : SinkSpec.Compression.NONE,
        table ? TableReader.sink(section) : null,
        topic ? MessageReader.topic(section) : null);
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
    List<String> given =
        Stream.of("path", "table", "topic").filter(key -> section.value(key).isPresent()).toList();
    if (given.isEmpty()) {
      return beside(sink);
    }
    if (given.size() > 1) {
      section.problem(
          given.get(1),
          "can't stand beside failures." + given.get(0) + ": failures go to one place");
    }
    return switch (given.get(0)) {
      case "table" -> TableReader.failures(section, sink);
      case "topic" -> new FailuresSpec(null, null, topic(section, sink));
      default -> files(section, sink);
    };
  }

  private static FailuresSpec beside(SinkSpec sink) {
    if (sink.topic() != null) {
      return new FailuresSpec(null, null, sink.topic() + "-failed");
    }
    return sink.table() == null
        ? new FailuresSpec(sink.path() + "-failed")
        : TableReader.failuresBeside(sink.table());
  }

  private static String topic(Section section, SinkSpec sink) {
    String topic = MessageReader.topic(section);
    if (topic.equals(sink.topic())) {
      section.problem("topic", "must not be the sink's topic: answers and failures would mix");
    }
    return topic;
  }

  private static FailuresSpec files(Section section, SinkSpec sink) {
    String path = section.requiredText("path", PREFIX);
    if (path.equals(sink.path())) {
      section.problem("path", "must not be the sink's path: answers and failures would mix");
    }
    return new FailuresSpec(prefix(section, path));
  }

  /** Reports keys that another type has. */
  private static void only(Section section, boolean right, String kind, String... keys) {
    for (String key : keys) {
      if (!right && section.value(key).isPresent()) {
        section.problem(key, "is for " + kind + " only");
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
