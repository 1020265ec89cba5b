package io.beambatch.schema;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The structure of JSON values that were seen so far. Shapes of parts merge into that of the whole,
 * in any order.
 *
 * @param kind of the values that are not null
 * @param nulls whether one was null
 * @param fields of objects, in the order in which they were first seen; otherwise empty
 * @param items of arrays; otherwise null
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Shape(Kind kind, boolean nulls, Map<String, Shape> fields, @Nullable Shape items) {
  /** The shape of nothing. */
  public static final Shape NONE = new Shape(Kind.NOTHING, false, Map.of(), null);

  /** Nested objects with more fields than this are kept as JSON: their keys are data. */
  static final int MOST_FIELDS = 1_000;

  /** More fields than this in total are not a schema. */
  public static final int MOST_IN_ALL = 10_000;

  /** Replaces absent fields by none. */
  public Shape {
    fields = fields == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(fields));
  }

  /** The shape of values of either shape. */
  public Shape merge(Shape other) {
    return merge(other, true);
  }

  private Shape merge(Shape other, boolean top) {
    Kind both = kind.with(other.kind);
    boolean anyNull = nulls || other.nulls;
    if (both == Kind.OBJECT) {
      Map<String, Shape> all = new LinkedHashMap<>(fields);
      other.fields.forEach((name, shape) -> all.merge(name, shape, (a, b) -> a.merge(b, false)));
      return !top && all.size() > MOST_FIELDS
          ? new Shape(Kind.ANY, anyNull, Map.of(), null)
          : new Shape(Kind.OBJECT, anyNull, all, null);
    }
    if (both == Kind.ARRAY) {
      return new Shape(Kind.ARRAY, anyNull, Map.of(), mergeItems(items, other.items));
    }
    return new Shape(both, anyNull, Map.of(), null);
  }

  private static @Nullable Shape mergeItems(@Nullable Shape one, @Nullable Shape other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return one.merge(other, false);
  }

  /** The number of fields, including those of nested objects. */
  @JsonIgnore
  public int size() {
    int size = items == null ? 0 : items.size();
    for (Shape field : fields.values()) {
      size += 1 + field.size();
    }
    return size;
  }

  /** Shows no field names: they may be data. */
  @Override
  public String toString() {
    return "Shape[" + kind + ", " + size() + " fields]";
  }

  /** Kinds of values. */
  public enum Kind {
    /** Only null was seen. */
    NOTHING,
    BOOLEAN,
    /** Integers that a double represents exactly. */
    LONG,
    /** Integers, at least one of which a double can't represent exactly. */
    BIG_LONG,
    /** Numbers that a double represents with all their digits. */
    DOUBLE,
    STRING,
    ARRAY,
    OBJECT,
    /** Values of several kinds, or without a type: kept as JSON. */
    ANY;

    /** The common kind of values of two kinds. */
    Kind with(Kind other) {
      if (this == other || other == NOTHING) {
        return this;
      }
      if (this == NOTHING) {
        return other;
      }
      boolean wide = this == BIG_LONG || other == BIG_LONG;
      boolean fraction = this == DOUBLE || other == DOUBLE;
      if (!isNumber() || !other.isNumber() || (wide && fraction)) {
        return ANY;
      }
      return wide ? BIG_LONG : DOUBLE;
    }

    private boolean isNumber() {
      return this == LONG || this == BIG_LONG || this == DOUBLE;
    }
  }
}
