package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;

/**
 * What goes wrong, on purpose. Which calls and lines are hit follows from the server's seed, so
 * that a run can be repeated.
 *
 * @param calls of those that fit a call, the first that fires decides
 */
public record Faults(List<CallFault> calls, BatchFaults batches, LineFaults lines) {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  public Faults {
    calls = calls == null ? List.of() : List.copyOf(calls);
    batches = batches == null ? BatchFaults.NONE : batches;
    lines = lines == null ? LineFaults.NONE : lines;
  }

  /** All is well. */
  public static Faults none() {
    return new Faults(List.of(), BatchFaults.NONE, LineFaults.NONE);
  }

  /** These, and one more fault of calls. */
  public Faults with(CallFault fault) {
    List<CallFault> all = new ArrayList<>(calls);
    all.add(fault);
    return new Faults(all, batches, lines);
  }

  public Faults with(BatchFaults faults) {
    return new Faults(calls, faults, lines);
  }

  public Faults with(LineFaults faults) {
    return new Faults(calls, batches, faults);
  }

  /**
   * Reads what {@link #toJson} writes; what is left out is well.
   *
   * @throws IllegalArgumentException if a name or a value is not known; the message says which
   */
  public static Faults parse(String json) {
    try {
      JsonNode given = MAPPER.readTree(json);
      JsonNode complete = MAPPER.valueToTree(none());
      return MAPPER.treeToValue(FaultsJson.over(complete, given), Faults.class);
    } catch (JsonProcessingException e) {
      Throwable cause = e.getCause() instanceof IllegalArgumentException ? e.getCause() : e;
      String message =
          cause instanceof JsonProcessingException problem
              ? problem.getOriginalMessage()
              : cause.getMessage();
      throw new IllegalArgumentException("The faults could not be read: " + message, e);
    }
  }

  /** All of it, in JSON. */
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
}
