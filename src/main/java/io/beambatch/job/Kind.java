package io.beambatch.job;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The kinds of sources and destinations, which the key {@code type} selects. */
enum Kind {
  /** Files of any format; the type names the format. */
  FILES("files"),
  BIGQUERY("'type: bigquery'"),
  PUBSUB("'type: pubsub'");

  private final String shown;

  Kind(String shown) {
    this.shown = shown;
  }

  /** All types, those of files first. */
  static List<String> types(Enum<?>[] formats) {
    return Stream.concat(Arrays.stream(formats), Stream.of(BIGQUERY, PUBSUB))
        .map(Kind::word)
        .toList();
  }

  /** The kind of a type. */
  static Kind of(String type) {
    return Stream.of(BIGQUERY, PUBSUB)
        .filter(kind -> word(kind).equals(type))
        .findFirst()
        .orElse(FILES);
  }

  /** The format of a type of files. */
  static <E extends Enum<E>> E format(String type, E[] formats) {
    return Arrays.stream(formats)
        .filter(format -> word(format).equals(type))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(type + " is not a type of files"));
  }

  /** A constant's name in the job file. */
  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** Reports keys that only other kinds have. */
  void refuseOthers(Section section, Map<String, List<Kind>> keys) {
    keys.forEach(
        (key, kinds) -> {
          if (!kinds.contains(this) && section.value(key).isPresent()) {
            String shown =
                kinds.stream().map(kind -> kind.shown).collect(Collectors.joining(" and "));
            section.problem(key, "is for " + shown + " only");
          }
        });
  }
}
