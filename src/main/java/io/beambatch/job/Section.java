package io.beambatch.job;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.job.YamlValue.Entry;
import io.beambatch.job.YamlValue.Mapping;
import io.beambatch.job.YamlValue.Scalar;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One mapping of the job file. Each method reads one key. If its value is wrong, the method reports
 * a problem and returns a default or an empty value, so that the rest of the file is checked, too.
 */
final class Section {
  private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*)://.*");

  private final Place place;
  private final Map<String, Entry> entries;
  private final boolean readable;
  private final Problems problems;

  /**
   * @param readable whether it is a mapping. If it isn't, that is reported, and missing keys are
   *     not
   */
  private Section(Place place, Map<String, Entry> entries, boolean readable, Problems problems) {
    this.place = place;
    this.entries = entries;
    this.readable = readable;
    this.problems = problems;
  }

  /** The top level of the file. Reports unknown keys. */
  static Section root(YamlValue value, Problems problems) {
    return of(new Place("", "", Origin.start(problems.file())), value, problems);
  }

  /** The section under a key; an empty one if the key is missing. Reports unknown keys. */
  Section section(String key) {
    Place there = new Place(join(place.name(), key), join(place.path(), key), keyOrigin(key));
    return value(key)
        .map(value -> of(there, value, problems))
        .orElseGet(() -> new Section(there, Map.of(), readable, problems));
  }

  /** The sections under a key whose own keys are the names of models. */
  Map<String, Section> models(String key) {
    Optional<YamlValue> value = value(key);
    if (value.isEmpty()) {
      return Map.of();
    }
    if (!(value.get() instanceof Mapping mapping)) {
      problem(key, "must be a mapping from models to prices, but was " + value.get().found());
      return Map.of();
    }
    return mapping.entries().entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                model ->
                    of(
                        new Place(
                            join(key, JobKeys.MODEL),
                            join(join(place.path(), key), model.getKey()),
                            model.getValue().key()),
                        model.getValue().value(),
                        problems)));
  }

  private static Section of(Place place, YamlValue value, Problems problems) {
    List<String> known = JobKeys.of(place.name());
    if (!(value instanceof Mapping mapping)) {
      problems.add(
          place.path().isEmpty() ? value.origin() : place.origin(),
          place.path(),
          "must be a mapping with the keys "
              + String.join(", ", known)
              + ", but was "
              + value.found());
      return new Section(place, Map.of(), false, problems);
    }
    mapping
        .entries()
        .forEach(
            (key, entry) -> {
              if (!known.contains(key)) {
                problems.add(
                    entry.key(), join(place.path(), key), JobKeys.unknown(place.name(), key));
              }
            });
    return new Section(place, mapping.entries(), true, problems);
  }

  /** The value of a key, unless it is missing or empty. */
  Optional<YamlValue> value(String key) {
    if (!JobKeys.of(place.name()).contains(key)) {
      throw new IllegalArgumentException("no key " + key + " in " + place.name());
    }
    return Optional.ofNullable(entries.get(key)).map(Entry::value).filter(v -> !v.isNull());
  }

  /** Reports a problem of a key's value. */
  void problem(String key, String message) {
    Entry entry = entries.get(key);
    problems.add(
        entry == null ? place.origin() : entry.value().origin(), join(place.path(), key), message);
  }

  /** Reports a missing key, unless the section itself is unreadable. */
  void missing(String key, String expected) {
    if (readable) {
      problems.add(keyOrigin(key), join(place.path(), key), "is missing; " + expected);
    }
  }

  /** A non-blank text, or null. */
  @Nullable String text(String key, String expected) {
    Optional<YamlValue> value = value(key);
    if (value.isPresent()
        && !(value.get() instanceof Scalar scalar
            && scalar.json().isTextual()
            && !scalar.text().isBlank())) {
      problem(key, "must be " + expected + ", but was " + value.get().found());
      return null;
    }
    return value.map(v -> ((Scalar) v).text()).orElse(null);
  }

  /** A non-blank text; empty if there is a problem. */
  String requiredText(String key, String expected) {
    if (value(key).isEmpty()) {
      missing(key, "it is " + expected);
    }
    String text = text(key, expected);
    return text == null ? "" : text;
  }

  /** True or false; false if the key is missing. */
  boolean flag(String key) {
    Optional<YamlValue> value = value(key);
    if (value.isPresent() && !value.get().toJson().isBoolean()) {
      problem(key, "must be true or false, but was " + value.get().found());
    }
    return value.map(v -> v.toJson().booleanValue()).orElse(false);
  }

  /** An integer within bounds. */
  long number(String key, long min, long max, long otherwise) {
    Optional<YamlValue> value = value(key);
    JsonNode json = value.map(YamlValue::toJson).orElse(null);
    if (json == null) {
      return otherwise;
    }
    if (!json.isIntegralNumber()
        || !json.canConvertToLong()
        || json.longValue() < min
        || json.longValue() > max) {
      String range = max == Long.MAX_VALUE ? "of at least " + min : "from " + min + " to " + max;
      problem(key, "must be a whole number " + range + ", but was " + value.get().found());
      return otherwise;
    }
    return json.longValue();
  }

  /** A non-negative amount of money, exactly as written. */
  Optional<BigDecimal> money(String key) {
    Optional<YamlValue> value = value(key);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    if (value.get() instanceof Scalar scalar
        && scalar.json().isNumber()
        && scalar.json().doubleValue() >= 0
        && scalar.json().doubleValue() < 1e12) {
      return Optional.of(new BigDecimal(scalar.text()));
    }
    problem(key, "must be an amount in USD such as 0.15, but was " + value.get().found());
    return Optional.empty();
  }

  /** A duration within bounds, both included. */
  Duration duration(String key, Duration min, Duration max, Duration otherwise) {
    return quantity(
            key,
            Quantities::duration,
            d -> d.compareTo(min) >= 0 && d.compareTo(max) <= 0,
            "a duration such as 500ms, 30s, 10m, 26h or 1d, from "
                + words(min)
                + " to "
                + words(max))
        .orElse(otherwise);
  }

  /** A quantity with its unit, from a text or a number. */
  <T> Optional<T> quantity(
      String key,
      Function<String, Optional<T>> parser,
      Function<T, Boolean> valid,
      String expected) {
    Optional<YamlValue> value = value(key);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    Optional<T> quantity =
        value.get() instanceof Scalar scalar
            ? parser.apply(scalar.text()).filter(valid::apply)
            : Optional.empty();
    if (quantity.isEmpty()) {
      problem(key, "must be " + expected + ", but was " + value.get().found());
    }
    return quantity;
  }

  /** Reports the faults of a JSON schema, each where it is written. */
  void checkSchema(String key, YamlValue schema) {
    MetaSchema.check(schema, join(place.path(), key), problems);
  }

  /** Reports an impossible path, or an unsupported file system. */
  void checkPath(String key, String path) {
    if (path.indexOf('\0') >= 0) {
      problem(key, "must be a path, but has a null character in it");
    }
    Matcher scheme = SCHEME.matcher(path);
    if (scheme.matches() && !scheme.group(1).equals("gs") && !scheme.group(1).equals("file")) {
      problem(key, "must be local or begin with gs://, but begins with " + scheme.group(1) + "://");
    }
    if (path.equals("gs://") || path.startsWith("gs:///")) {
      problem(key, "must be local or begin with gs://, but names no bucket; write gs://bucket/…");
    }
  }

  /** One of an enum's names in lower case; the first if there is a problem. */
  <E extends Enum<E>> E oneOf(String key, Class<E> type) {
    List<String> names =
        Arrays.stream(type.getEnumConstants())
            .map(constant -> constant.name().toLowerCase(Locale.ROOT))
            .toList();
    int index = names.indexOf(oneOf(key, names));
    return type.getEnumConstants()[Math.max(0, index)];
  }

  /**
   * One of an enum's names in lower case; the default if the key is missing or there is a problem.
   */
  <E extends Enum<E>> E oneOf(String key, E otherwise) {
    return value(key).isEmpty() ? otherwise : oneOf(key, otherwise.getDeclaringClass());
  }

  /** One of some words; the first if there is a problem. */
  String oneOf(String key, List<String> words) {
    String expected = words.size() == 1 ? words.get(0) : "one of " + String.join(", ", words);
    Optional<YamlValue> value = value(key);
    if (value.isEmpty()) {
      missing(key, "it is " + expected);
      return words.get(0);
    }
    String word = value.get() instanceof Scalar scalar ? scalar.text() : "";
    if (!words.contains(word)) {
      String hint =
          JobKeys.nearest(words, word).map(near -> "; did you mean '" + near + "'?").orElse("");
      problem(key, "must be " + expected + ", but was " + value.get().found() + hint);
      return words.get(0);
    }
    return word;
  }

  /** Where a key was written, or where its section was if the key is missing. */
  private Origin keyOrigin(String key) {
    Entry entry = entries.get(key);
    return entry == null ? place.origin() : entry.key();
  }

  static String join(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  private static String words(Duration duration) {
    if (duration.toMillis() % 86_400_000 == 0) {
      return duration.toDays() + "d";
    }
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + "s"
        : duration.toMillis() + "ms";
  }

  /**
   * The place of a section.
   *
   * @param name its name in {@link JobKeys}
   * @param path its path in messages; that of a price contains the model's name
   * @param origin where its key was written
   */
  private record Place(String name, String path, Origin origin) {}
}
