package io.beambatch.provider;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.beambatch.json.JsonPaths;
import io.beambatch.json.JsonSlice;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the fields that a {@link ResultFormat} needs in a result line, in one pass over the line.
 * An enum names the fields that all jobs need; a list of pointers adds those of one job.
 *
 * @param <F> the fields
 */
public final class ResultFields<F extends Enum<F> & ResultFields.Field> {
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
    return new Found<>(values, fields.length);
  }

  /**
   * The values of one line. They belong to a document: it shows none of them.
   *
   * @param <F> the fields
   */
  public static final class Found<F extends Enum<F>> {
    private final @Nullable JsonSlice[] values;
    private final int fields;

    private Found(@Nullable JsonSlice[] values, int fields) {
      this.values = values;
      this.fields = fields;
    }

    /** Returns whether a field is present and not {@code null}. */
    public boolean has(F field) {
      return get(field) != null;
    }

    /** The value of a field, or null. */
    @SuppressWarnings("EnumOrdinal") // the values are in the order of the constants
    public @Nullable JsonSlice get(F field) {
      return values[field.ordinal()];
    }

    /** The values of the further pointers, in their order; null where there is none. */
    public List<@Nullable JsonSlice> more() {
      return Arrays.asList(values).subList(fields, values.length);
    }

    /** The value of the first field that is present, or null. */
    @SafeVarargs
    public final @Nullable JsonSlice first(F... fields) {
      for (F field : fields) {
        if (has(field)) {
          return get(field);
        }
      }
      return null;
    }

    /** The text of the first field that is present, or null. */
    @SafeVarargs
    public final @Nullable String text(F... fields) throws IOException {
      JsonSlice value = first(fields);
      return value == null ? null : value.text();
    }

    /**
     * The integer of the first field that is present; -1 if there is none. It may be quoted, as
     * Google writes 64-bit integers.
     */
    @SafeVarargs
    public final long number(F... fields) {
      JsonSlice value = first(fields);
      JsonSlice digits =
          value != null && value.isText() ? value.part(1, value.length() - 1) : value;
      return JsonPaths.wholeNumber(digits, -1);
    }

    /** The value of the last further pointer, or null. */
    public @Nullable JsonSlice last() {
      return values[values.length - 1];
    }
  }
}
