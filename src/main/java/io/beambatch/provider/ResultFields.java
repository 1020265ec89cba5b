package io.beambatch.provider;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.beambatch.json.JsonPaths;
import io.beambatch.json.JsonSlice;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the fields that a {@link ResultFormat} needs in a result line, in one pass over the line.
 * An enum names the fields that all jobs need; a list of pointers adds those of one job.
 *
 * @param <F> the fields
 */
public final class ResultFields<F extends Enum<F> & ResultFields.Field> {
  private final Class<F> type;
  private final F[] fields;
  private final JsonPaths paths;

  /** A field, named by its place. */
  public interface Field {
    /** JSON pointer into a line. */
    String pointer();
  }

  /**
   * Finds fields and further places.
   *
   * @param more JSON pointers into a line
   */
  public ResultFields(Class<F> type, List<String> more) {
    this.type = type;
    this.fields = type.getEnumConstants();
    List<String> pointers = new ArrayList<>();
    for (F field : fields) {
      pointers.add(field.pointer());
    }
    pointers.addAll(more);
    this.paths = JsonPaths.of(pointers);
  }

  /** The values of a line; null if it is not well-formed. */
  public @Nullable Found<F> find(JsonSlice line) throws IOException {
    @Nullable JsonSlice[] values;
    try {
      values = paths.find(line);
    } catch (JsonProcessingException unreadable) {
      return null;
    }
    Map<F, JsonSlice> found = new EnumMap<>(type);
    for (int i = 0; i < fields.length; i++) {
      JsonSlice value = values[i];
      if (value != null) {
        found.put(fields[i], value);
      }
    }
    return new Found<>(found, Arrays.asList(values).subList(fields.length, values.length));
  }

  /**
   * The values of one line.
   *
   * @param <F> the fields
   * @param more the values of the further pointers, in their order; null where there is none
   */
  public record Found<F extends Enum<F>>(Map<F, JsonSlice> values, List<@Nullable JsonSlice> more) {

    /** Returns whether a field is present and not {@code null}. */
    public boolean has(F field) {
      return values.containsKey(field);
    }

    /** The value of a field, or null. */
    public @Nullable JsonSlice get(F field) {
      return values.get(field);
    }

    /** The value of the first field that is present, or null. */
    public @Nullable JsonSlice first(List<F> fields) {
      for (F field : fields) {
        if (has(field)) {
          return get(field);
        }
      }
      return null;
    }

    /** The text of the first field that is present, or null. */
    public @Nullable String text(List<F> fields) throws IOException {
      JsonSlice value = first(fields);
      return value == null ? null : value.text();
    }

    /** The text of a field, or null. */
    public @Nullable String text(F field) throws IOException {
      return text(List.of(field));
    }

    /**
     * The integer of the first field that is present; -1 if there is none. It may be quoted, as
     * Google writes 64-bit integers.
     */
    public long number(List<F> fields) {
      JsonSlice value = first(fields);
      JsonSlice digits =
          value != null && value.isText() ? value.part(1, value.length() - 1) : value;
      return JsonPaths.wholeNumber(digits, -1);
    }

    /** The integer of a field; -1 if there is none. */
    public long number(F field) {
      return number(List.of(field));
    }

    /** The value of the last further pointer, or null. */
    public @Nullable JsonSlice last() {
      return more.get(more.size() - 1);
    }

    /** Omits the values, which belong to a document. */
    @Override
    public String toString() {
      return "Found" + values.keySet();
    }
  }
}
