package io.beambatch.job;

import com.fasterxml.jackson.databind.node.NullNode;
import io.beambatch.job.YamlValue.Entry;
import io.beambatch.job.YamlValue.Mapping;
import io.beambatch.job.YamlValue.Scalar;
import io.beambatch.job.YamlValue.Sequence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Applies overrides to a job file's values: {@code key.path=value}. A number in the path is an
 * index into a list (its length appends an item); a key with dots is quoted: {@code
 * prices."gpt-4.1".input}. A value that begins with a bracket, a brace or a quote is read as YAML;
 * any other is a single YAML scalar, so that {@code {{text}}: #1} is a text. An empty value removes
 * the file's value.
 */
final class Overrides {
  private static final Pattern ASSIGNMENT =
      Pattern.compile(
          "((?:\"[^\"]+\"|[^\".=]+)(?:\\.(?:\"[^\"]+\"|[^\".=]+))*)=(.*)", Pattern.DOTALL);
  private static final Pattern KEY = Pattern.compile("\"([^\"]+)\"|[^\".]+");
  private static final Pattern INDEX = Pattern.compile("0|[1-9][0-9]{0,5}");

  /** A key of a flow mapping. */
  private static final Pattern NAMED = Pattern.compile("[{,]\\s*[\"']?([\\w-]+)[\"']?\\s*:");

  private static final Pattern USER_INFO = Pattern.compile("://[^/]*@");

  private final String option;
  private final Problems problems;

  /**
   * Overrides whose problems are collected.
   *
   * @param option what precedes an override as it was written, such as {@code "--set "}
   */
  Overrides(String option, Problems problems) {
    this.option = option;
    this.problems = problems;
  }

  /** Applies overrides in order; those that can't be applied become problems. */
  YamlValue apply(YamlValue job, List<String> overrides) {
    YamlValue result = job;
    for (String override : overrides) {
      Matcher assignment = ASSIGNMENT.matcher(override);
      if (!assignment.matches()) {
        problems.add(
            Origin.nowhere(option + YamlValue.Scalar.shown(override.replaceFirst("=.*", "=…"))),
            "",
            "must be key.path=value, such as retry.attempts=1");
        continue;
      }
      List<String> path = new ArrayList<>();
      for (Matcher key = KEY.matcher(assignment.group(1)); key.find(); ) {
        path.add(key.group(1) == null ? key.group() : key.group(1));
      }
      String value = assignment.group(2);
      String shown =
          JobKeys.secret(path.get(path.size() - 1)) || holdsSecret(value)
              ? "…"
              : YamlValue.Scalar.shown(value);
      Origin origin = Origin.nowhere(option + assignment.group(1) + "=" + shown);
      Assignment overriding = new Assignment(path, origin, problems);
      Optional<YamlValue> parsed = overriding.value(value);
      if (parsed.isPresent()) {
        result = overriding.set(result, 0, parsed.get());
      }
    }
    return result;
  }

  private static boolean holdsSecret(String value) {
    return USER_INFO.matcher(value).find()
        || NAMED.matcher(value).results().anyMatch(name -> JobKeys.secret(name.group(1)));
  }

  /** One override. */
  private record Assignment(List<String> path, Origin origin, Problems problems) {
    private Optional<YamlValue> value(String text) {
      boolean yaml = text.matches("(?s)[\\[\"'].*|\\{(?!\\{).*");
      if (!yaml) {
        return Optional.of(plain(text));
      }
      Problems own = new Problems(origin.file());
      try {
        YamlValue value = YamlParser.parse(text, own);
        own.throwIfAny();
        return Optional.of(at(origin, value));
      } catch (JobFileException e) {
        e.problems().forEach(problem -> problems.add(origin, "", problem.message()));
        return Optional.empty();
      }
    }

    private Scalar plain(String text) {
      return CoreSchema.value(CoreSchema.tag(text), text)
          .map(json -> new Scalar(origin, json, text))
          .orElseGet(
              () -> {
                problems.add(origin, "", "the number is out of range");
                return new Scalar(origin, NullNode.instance, text);
              });
    }

    private YamlValue set(YamlValue in, int depth, YamlValue value) {
      if (depth == path.size()) {
        return value;
      }
      String key = path.get(depth);
      if (in instanceof Sequence sequence) {
        int size = sequence.items().size();
        if (!INDEX.matcher(key).matches() || Integer.parseInt(key) > size) {
          return refuse(in, depth, "is a list; an index from 0 to " + size + " must follow");
        }
        int index = Integer.parseInt(key);
        List<YamlValue> items = new ArrayList<>(sequence.items());
        if (index == size) {
          items.add(new Scalar(origin, NullNode.instance, ""));
        }
        items.set(index, set(items.get(index), depth + 1, value));
        return new Sequence(sequence.origin(), items);
      }
      if (in instanceof Scalar && !in.isNull()) {
        return refuse(in, depth, "has no keys: it is " + in.found());
      }
      Mapping mapping = in instanceof Mapping m ? m : new Mapping(origin, Map.of());
      Map<String, Entry> entries = new LinkedHashMap<>(mapping.entries());
      Entry old = entries.get(key);
      YamlValue oldValue = old == null ? new Scalar(origin, NullNode.instance, "") : old.value();
      // A replaced value gets this origin; a value with a new part keeps its own.
      Origin keyOrigin = old == null || depth == path.size() - 1 ? origin : old.key();
      entries.put(key, new Entry(keyOrigin, set(oldValue, depth + 1, value)));
      return new Mapping(mapping.origin(), entries);
    }

    private YamlValue refuse(YamlValue in, int depth, String message) {
      problems.add(origin, String.join(".", path.subList(0, depth)), message);
      return in;
    }

    /** Sets the origin of a value and of everything in it. */
    private static YamlValue at(Origin origin, YamlValue value) {
      if (value instanceof Scalar scalar) {
        return new Scalar(origin, scalar.json(), scalar.text());
      }
      if (value instanceof Sequence sequence) {
        return new Sequence(
            origin, sequence.items().stream().map(item -> at(origin, item)).toList());
      }
      Map<String, Entry> entries = new LinkedHashMap<>();
      ((Mapping) value)
          .entries()
          .forEach((key, entry) -> entries.put(key, new Entry(origin, at(origin, entry.value()))));
      return new Mapping(origin, entries);
    }
  }
}
