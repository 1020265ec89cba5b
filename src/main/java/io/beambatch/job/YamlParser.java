package io.beambatch.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import io.beambatch.job.YamlValue.Entry;
import io.beambatch.job.YamlValue.Mapping;
import io.beambatch.job.YamlValue.Scalar;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.Event.ID;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Parses one YAML document into values that know their line, from the events of snakeyaml-engine.
 * An alias is replaced by its value; the total size of all aliases is limited, so that a few lines
 * can't expand to gigabytes.
 */
final class YamlParser {
  private static final int MAX_CHARS = 4 << 20;
  private static final int MAX_DEPTH = 50;
  private static final int MAX_VALUES = 100_000;
  private static final String TOO_DEEP = "is nested more than " + MAX_DEPTH + " deep";
  private static final Pattern HALF_A_CHARACTER = Pattern.compile("\\p{Cs}");
  private static final String SEQUENCE_TAG = "tag:yaml.org,2002:seq";
  private static final String MAPPING_TAG = "tag:yaml.org,2002:map";

  private final Problems problems;
  private final String file;
  private final String yaml;
  private final Map<String, Anchored> anchors = new HashMap<>();
  private @Nullable Iterator<Event> events;
  private @Nullable Event next;
  private Origin last;
  private int values;

  private YamlParser(String yaml, Problems problems) {
    this.problems = problems;
    this.file = problems.file();
    this.yaml = yaml;
    this.last = Origin.start(file);
  }

  /**
   * Parses a document. Problems that don't prevent further reading (repeated keys, unknown tags)
   * are added to {@code problems}.
   *
   * @throws JobFileException with all problems so far, if there isn't exactly one readable document
   */
  static YamlValue parse(String yaml, Problems problems) throws JobFileException {
    return new YamlParser(yaml, problems).parse();
  }

  private YamlValue parse() throws JobFileException {
    if (yaml.length() > MAX_CHARS) {
      throw problems.fatal(
          Origin.start(file),
          "is " + yaml.length() + " characters long, more than a job file may be: " + MAX_CHARS);
    }
    try {
      LoadSettings settings = LoadSettings.builder().setCodePointLimit(MAX_CHARS).build();
      events = new Parse(settings).parseString(yaml).iterator();
      take(); // the stream's start
      if (take().getEventId() == ID.StreamEnd) {
        throw problems.fatal(
            Origin.start(file), "is empty; a job has at least name, source, request and sink");
      }
      YamlValue value = value("", 0);
      take(); // the document's end
      if (take().getEventId() != ID.StreamEnd) {
        peek();
        throw problems.fatal(last, "a second YAML document starts here; a job file holds one job");
      }
      return value;
    } catch (YamlEngineException e) {
      throw problems.fatal(place(e), "isn't valid YAML: " + reason(e));
    } catch (NumberFormatException e) {
      // The engine throws this for directives and escapes with absurd numbers.
      throw problems.fatal(last, "isn't valid YAML: a number is out of range");
    }
  }

  private Event peek() {
    if (next == null) {
      next = Objects.requireNonNull(events).next();
      next.getStartMark().ifPresent(mark -> last = origin(mark));
    }
    return next;
  }

  private Event take() {
    Event event = peek();
    next = null;
    return event;
  }

  private YamlValue value(String path, int depth) throws JobFileException {
    Event event = take();
    Origin origin = last;
    if (event instanceof AliasEvent alias) {
      return alias(alias, origin, depth);
    }
    count(1, origin);
    String anchor = ((NodeEvent) event).getAnchor().map(name -> name.getValue()).orElse(null);
    if (event instanceof ScalarEvent scalar) {
      return anchored(anchor, values, scalar(scalar, origin, path));
    }
    if (depth > MAX_DEPTH) {
      throw problems.fatal(origin, "isn't valid YAML: " + TOO_DEEP);
    }
    if (anchor != null) {
      anchors.put(anchor, Anchored.OPEN);
    }
    int before = values;
    CollectionStartEvent start = (CollectionStartEvent) event;
    YamlValue value =
        start.getEventId() == ID.SequenceStart
            ? sequence(start, origin, path, depth)
            : mapping(start, origin, path, depth);
    return anchored(anchor, before, value);
  }

  private YamlValue anchored(@Nullable String anchor, int before, YamlValue value) {
    if (anchor != null) {
      anchors.put(anchor, new Anchored(value, values - before + 1, height(value)));
    }
    return value;
  }

  private YamlValue alias(AliasEvent alias, Origin origin, int depth) throws JobFileException {
    String name = alias.getAlias().getValue();
    Anchored anchored = anchors.get(name);
    if (anchored == null) {
      throw problems.fatal(origin, "isn't valid YAML: found undefined alias " + name);
    }
    if (anchored.value() == null || depth + anchored.height() > MAX_DEPTH) {
      throw problems.fatal(origin, TOO_DEEP + "; an alias may lead back to itself");
    }
    count(anchored.values(), origin);
    return anchored.value();
  }

  private void count(int more, Origin origin) throws JobFileException {
    values += more;
    if (values > MAX_VALUES) {
      throw problems.fatal(
          origin, "has more than " + MAX_VALUES + " values once its aliases are followed");
    }
  }

  private YamlValue sequence(CollectionStartEvent start, Origin origin, String path, int depth)
      throws JobFileException {
    checkTag(start, SEQUENCE_TAG, origin, path);
    List<YamlValue> items = new ArrayList<>();
    while (peek().getEventId() != ID.SequenceEnd) {
      items.add(value(Section.join(path, String.valueOf(items.size())), depth + 1));
    }
    take();
    return new YamlValue.Sequence(origin, items);
  }

  private YamlValue mapping(CollectionStartEvent start, Origin origin, String path, int depth)
      throws JobFileException {
    checkTag(start, MAPPING_TAG, origin, path);
    Map<String, Entry> entries = new LinkedHashMap<>();
    while (peek().getEventId() != ID.MappingEnd) {
      Origin keyOrigin = last;
      Optional<String> key = key(path, depth);
      String keyPath = key.map(name -> Section.join(path, name)).orElse(path);
      YamlValue value = value(keyPath, depth + 1);
      if (key.isPresent()) {
        Entry first = entries.putIfAbsent(key.get(), new Entry(keyOrigin, value));
        if (first != null) {
          problems.add(keyOrigin, keyPath, "is given twice: first in line " + first.key().line());
        }
      }
    }
    take();
    return new Mapping(origin, entries);
  }

  /** A key's text, whatever it would be as a value; empty if there is a problem. */
  private Optional<String> key(String path, int depth) throws JobFileException {
    Origin origin = last;
    if (peek() instanceof ScalarEvent scalar && scalar.getAnchor().isEmpty()) {
      take();
      if (scalar.isPlain() && scalar.getValue().equals("<<")) {
        problems.add(
            origin, path, "merge keys (<<) are not supported; write the keys out, or alias values");
        return Optional.empty();
      }
      return Optional.of(scalar.getValue());
    }
    YamlValue key = value(path, depth + 1);
    if (key instanceof Scalar scalar) {
      return Optional.of(scalar.text());
    }
    problems.add(
        origin,
        path,
        key instanceof Mapping
            ? "a key can't be a mapping; if this is a template, quote it: \"{{field}}\""
            : "a key can't be a list");
    return Optional.empty();
  }

  private YamlValue scalar(ScalarEvent scalar, Origin origin, String path) {
    String text = scalar.getValue();
    if (HALF_A_CHARACTER.matcher(text).find()) {
      problems.add(
          origin, path, "has half of a surrogate pair, which is no character and can't be sent");
    }
    String tag =
        scalar
            .getTag()
            .filter(given -> !given.equals("!"))
            .orElseGet(
                () ->
                    scalar.getImplicit().canOmitTagInPlainScalar()
                        ? CoreSchema.tag(text)
                        : CoreSchema.STRING);
    Optional<JsonNode> json = CoreSchema.value(tag, text);
    if (json.isEmpty()) {
      String shown = Scalar.shown(text);
      problems.add(
          origin,
          path,
          CoreSchema.isNumber(tag)
              ? "the number " + shown + " is out of range; quote it if it is a text"
              : "'" + shown + "' can't be a " + tag);
    }
    return new Scalar(origin, json.orElse(NullNode.instance), text);
  }

  private void checkTag(CollectionStartEvent start, String usual, Origin origin, String path) {
    start
        .getTag()
        .filter(tag -> !tag.equals(usual) && !tag.equals("!"))
        .ifPresent(tag -> problems.add(origin, path, "the tag " + tag + " is not supported"));
  }

  private static int height(YamlValue value) {
    if (value instanceof YamlValue.Sequence sequence) {
      return 1 + sequence.items().stream().mapToInt(YamlParser::height).max().orElse(0);
    }
    return value instanceof Mapping mapping
        ? 1
            + mapping.entries().values().stream()
                .mapToInt(entry -> height(entry.value()))
                .max()
                .orElse(0)
        : 0;
  }

  private Origin origin(Mark mark) {
    return new Origin(file, mark.getLine() + 1, mark.getColumn() + 1);
  }

  private static String reason(YamlEngineException e) {
    if (e instanceof MarkedYamlEngineException marked && marked.getProblem() != null) {
      return marked.getContext() == null
          ? marked.getProblem()
          : marked.getProblem() + " (" + marked.getContext() + ")";
    }
    if (e instanceof ReaderException reader) {
      return String.format("the character U+%04X is not allowed", reader.getCodePoint());
    }
    return String.valueOf(e.getMessage());
  }

  private Origin place(YamlEngineException e) {
    if (e instanceof MarkedYamlEngineException marked && marked.getProblemMark().isPresent()) {
      return origin(marked.getProblemMark().get());
    }
    if (e instanceof ReaderException reader) {
      // The position counts code points.
      long lines = yaml.codePoints().limit(reader.getPosition()).filter(c -> c == '\n').count();
      return new Origin(file, (int) lines + 1, null);
    }
    return last; // some of the engine's errors have no position
  }

  /**
   * The value of an anchor, for its aliases.
   *
   * @param value null until it is completely read
   * @param values the number of values in it, including itself
   */
  private record Anchored(@Nullable YamlValue value, int values, int height) {
    static final Anchored OPEN = new Anchored(null, 0, 0);
  }
}
