package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The faults that a server injects. The server's seed decides which calls, batches and lines are
 * hit at random, so that a run can be repeated.
 *
 * <p>If several faults apply to a call or a line, the first in the list takes effect; a batch may
 * have one of each kind.
 */
public record Faults(List<CallFault> calls, List<BatchFault> batches, List<LineFault> lines) {
  private static final Faults NONE = new Faults(List.of(), List.of(), List.of());
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** Replaces nulls, which JSON may contain, by empty lists. */
  public Faults {
    calls = calls == null ? List.of() : List.copyOf(calls);
    batches = batches == null ? List.of() : List.copyOf(batches);
    lines = lines == null ? List.of() : List.copyOf(lines);
  }

  /** No faults. */
  public static Faults none() {
    return NONE;
  }

  /** These faults, followed by others. */
  public Faults and(Faults more) {
    return new Faults(
        both(calls, more.calls), both(batches, more.batches), both(lines, more.lines));
  }

  public Faults with(CallFault... more) {
    return and(new Faults(List.of(more), List.of(), List.of()));
  }

  public Faults with(BatchFault... more) {
    return and(new Faults(List.of(), List.of(more), List.of()));
  }

  public Faults with(LineFault... more) {
    return and(new Faults(List.of(), List.of(), List.of(more)));
  }

  /**
   * Parses the output of {@link #toJson}; missing parts mean no faults.
   *
   * @throws IllegalArgumentException if a name or a value is unknown; the message says which
   */
  public static Faults parse(String json) {
    try {
      Faults faults = MAPPER.readValue(json, Faults.class);
      require(faults != null, "The faults could not be read: null is no object");
      return faults;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("The faults could not be read: " + problem(e), e);
    }
  }

  /** The problem in our own words: the library's message names classes. */
  private static String problem(JsonProcessingException e) {
    if (e.getCause() instanceof IllegalArgumentException own) {
      return String.valueOf(own.getMessage());
    }
    if (e instanceof UnrecognizedPropertyException unknown) {
      return place(unknown)
          + " is not a key of a fault; the keys are "
          + unknown.getKnownPropertyIds().stream()
              .map(String::valueOf)
              .sorted()
              .collect(Collectors.joining(", "));
    }
    if (e instanceof InvalidFormatException wrong) {
      return place(wrong)
          + ": "
          + wrong.getValue()
          + (wrong.getTargetType().isEnum()
              ? " is not one of "
                  + Stream.of(wrong.getTargetType().getEnumConstants())
                      .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
                      .sorted()
                      .collect(Collectors.joining(", "))
              : " is not a value for it");
    }
    boolean isJson = !(e.getCause() instanceof StreamReadException);
    if (isJson && e instanceof JsonMappingException mapping && !mapping.getPath().isEmpty()) {
      return place(mapping) + " has a value that can't be one";
    }
    JsonLocation where = e.getLocation();
    return "it isn't JSON"
        + (where == null
            ? ""
            : " in line " + where.getLineNr() + ", column " + where.getColumnNr());
  }

  /** The path of a value, such as {@code lines[0].kind}. */
  private static String place(JsonMappingException e) {
    StringBuilder place = new StringBuilder();
    for (JsonMappingException.Reference step : e.getPath()) {
      place.append(
          step.getFieldName() == null
              ? "[" + step.getIndex() + "]"
              : (place.isEmpty() ? "" : ".") + step.getFieldName());
    }
    return place.toString();
  }

  /** All faults in JSON. */
  public String toJson() {
    return MAPPER.valueToTree(this).toString();
  }

  static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }

  static void requireShare(String name, double value) {
    require(value >= 0 && value <= 1, name + " must be 0 to 1, not " + value);
  }

  static void requireHowOften(@Nullable Integer first, double probability) {
    require(first == null || first >= 0, "first must not be negative, but is " + first);
    requireShare("probability", probability);
  }

  private static <T> List<T> both(List<T> some, List<T> others) {
    return Stream.concat(some.stream(), others.stream()).toList();
  }
}
