package io.beambatch.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import io.beambatch.job.YamlValue.Entry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.composer.Composer;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.parser.Parser;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.ReaderException;
import org.yaml.snakeyaml.reader.StreamReader;

/**
 * Reads one YAML document into values that know their line. Aliases are copied out, up to a limit
 * on the whole, so that a few lines can't grow into gigabytes.
 */
final class YamlParser {
  private static final int MAX_CHARS = 4 << 20;
  private static final int MAX_DEPTH = 50;
  private static final int MAX_VALUES = 100_000;

  private final Problems problems;
  private final String file;
  private int values;

  private YamlParser(Problems problems) {
    this.problems = problems;
    this.file = problems.file();
  }

  /**
   * Problems that don't stop reading (doubled keys, unknown tags) are added to {@code problems}.
   *
   * @throws JobFileException with all problems so far, if there is no one document to be read
   */
  static YamlValue parse(String yaml, Problems problems) throws JobFileException {
    return new YamlParser(problems).parse(yaml);
  }

  private YamlValue parse(String yaml) throws JobFileException {
    if (yaml.length() > MAX_CHARS) {
      throw problems.fatal(
          Origin.start(file),
          "is " + yaml.length() + " characters long, more than a job file may be: " + MAX_CHARS);
    }
    MarkingParser parser = null;
    try {
      parser = new MarkingParser(new ParserImpl(new StreamReader(yaml), options()));
      Composer composer = new Composer(parser, new CoreSchema(), options());
      if (!composer.checkNode()) {
        throw problems.fatal(
            Origin.start(file), "is empty; a job has at least name, source, request and sink");
      }
      Node node = composer.getNode();
      if (composer.checkNode()) {
        throw problems.fatal(
            origin(composer.getNode().getStartMark()),
            "a second YAML document starts here; a job file holds one job");
      }
      return convert(node, "", 0);
    } catch (YAMLException e) {
      throw problems.fatal(place(e, yaml, parser), "isn't valid YAML: " + reason(e));
    } catch (NumberFormatException e) {
      // SnakeYAML lets this one through for directives and escapes with absurd numbers.
      throw problems.fatal(place(null, yaml, parser), "isn't valid YAML: a number is out of range");
    }
  }

  private static LoaderOptions options() {
    LoaderOptions options = new LoaderOptions();
    options.setNestingDepthLimit(MAX_DEPTH);
    options.setCodePointLimit(MAX_CHARS);
    // Aliases are counted below, by what they expand to and with a line to show.
    options.setMaxAliasesForCollections(Integer.MAX_VALUE);
    return options;
  }

  private YamlValue convert(Node node, String path, int depth) throws JobFileException {
    Origin origin = origin(node.getStartMark());
    if (++values > MAX_VALUES) {
      throw problems.fatal(
          origin, "has more than " + MAX_VALUES + " values once its aliases are followed");
    }
    if (depth > MAX_DEPTH) {
      throw problems.fatal(
          origin, "is nested more than " + MAX_DEPTH + " deep; an alias may lead back to itself");
    }
    if (node instanceof ScalarNode scalar) {
      return scalar(scalar, origin, path);
    }
    if (node instanceof SequenceNode sequence) {
      checkTag(node, Tag.SEQ, origin, path);
      List<YamlValue> items = new ArrayList<>();
      for (Node item : sequence.getValue()) {
        items.add(convert(item, Section.join(path, String.valueOf(items.size())), depth + 1));
      }
      return new YamlValue.Sequence(origin, items);
    }
    checkTag(node, Tag.MAP, origin, path);
    Map<String, Entry> entries = new LinkedHashMap<>();
    for (NodeTuple tuple : ((MappingNode) node).getValue()) {
      Origin keyOrigin = origin(tuple.getKeyNode().getStartMark());
      Optional<String> key = key(tuple.getKeyNode(), keyOrigin, path);
      if (key.isPresent()) {
        String keyPath = Section.join(path, key.get());
        YamlValue value = convert(tuple.getValueNode(), keyPath, depth + 1);
        Entry first = entries.putIfAbsent(key.get(), new Entry(keyOrigin, value));
        if (first != null) {
          problems.add(keyOrigin, keyPath, "is there twice: first in line " + first.key().line());
        }
      }
    }
    return new YamlValue.Mapping(origin, entries);
  }

  private YamlValue scalar(ScalarNode scalar, Origin origin, String path) {
    Optional<JsonNode> json = CoreSchema.value(scalar.getTag(), scalar.getValue());
    if (json.isEmpty()) {
      String shown = YamlValue.Scalar.shown(scalar.getValue());
      problems.add(
          origin,
          path,
          scalar.getTag().equals(Tag.INT) || scalar.getTag().equals(Tag.FLOAT)
              ? "the number " + shown + " is out of range; quote it if it is a text"
              : "'" + shown + "' can't be a " + scalar.getTag().getValue());
    }
    return new YamlValue.Scalar(origin, json.orElse(NullNode.instance), scalar.getValue());
  }

  private Optional<String> key(Node node, Origin origin, String path) {
    if (!(node instanceof ScalarNode scalar)) {
      boolean template = node instanceof MappingNode;
      problems.add(
          origin,
          path,
          template
              ? "a key can't be a mapping; if this is a template, quote it: \"{{field}}\""
              : "a key can't be a list");
      return Optional.empty();
    }
    if (scalar.getScalarStyle() == ScalarStyle.PLAIN && scalar.getValue().equals("<<")) {
      problems.add(
          origin, path, "merge keys (<<) are not supported; write the keys out, or alias values");
      return Optional.empty();
    }
    return Optional.of(scalar.getValue());
  }

  private void checkTag(Node node, Tag expected, Origin origin, String path) {
    if (!node.getTag().equals(expected)) {
      problems.add(origin, path, "the tag " + node.getTag().getValue() + " is not supported");
    }
  }

  private Origin origin(Mark mark) {
    return new Origin(file, mark.getLine() + 1, mark.getColumn() + 1);
  }

  private static String reason(YAMLException e) {
    if (e instanceof MarkedYAMLException marked && marked.getProblem() != null) {
      return marked.getContext() == null
          ? marked.getProblem()
          : marked.getProblem() + " (" + marked.getContext() + ")";
    }
    if (e instanceof ReaderException reader) {
      return String.format("the character U+%04X is not allowed", reader.getCodePoint());
    }
    return String.valueOf(e.getMessage());
  }

  private Origin place(@Nullable YAMLException e, String yaml, @Nullable MarkingParser parser) {
    if (e instanceof MarkedYAMLException marked && marked.getProblemMark() != null) {
      return origin(marked.getProblemMark());
    }
    if (e instanceof ReaderException reader) {
      // The position counts code points.
      long lines = yaml.codePoints().limit(reader.getPosition()).filter(c -> c == '\n').count();
      return new Origin(file, (int) lines + 1, null);
    }
    return parser == null || parser.last == null ? Origin.start(file) : origin(parser.last);
  }

  /** Remembers where the last event began: some of SnakeYAML's errors don't say. */
  private static final class MarkingParser implements Parser {
    private final Parser parser;
    private @Nullable Mark last;

    MarkingParser(Parser parser) {
      this.parser = parser;
    }

    @Override
    public boolean checkEvent(Event.ID choice) {
      return parser.checkEvent(choice);
    }

    @Override
    public Event peekEvent() {
      return parser.peekEvent();
    }

    @Override
    public Event getEvent() {
      Event event = parser.getEvent();
      last = event.getStartMark();
      return event;
    }
  }
}
