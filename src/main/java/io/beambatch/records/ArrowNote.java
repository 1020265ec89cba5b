package io.beambatch.records;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.jspecify.annotations.Nullable;

/**
 * Reads the Arrow schema that pyarrow, pandas and Polars store beside a Parquet file's columns, as
 * far as it changes what values mean: durations are plain numbers in Parquet, and 128-bit integers
 * plain bytes. The schema is a FlatBuffer, whose leaves are the columns in order.
 */
final class ArrowNote {
  static final String INT128 = "INT128";
  static final String UINT128 = "UINT128";
  static final String DURATION = "DURATION";

  private static final String KEY = "ARROW:schema";
  private static final List<String> UNITS = List.of("SECONDS", "MILLIS", "MICROS", "NANOS");
  private static final int MILLIS = 1;
  private static final int INT128_BITS = 128;
  private static final int INT128_BYTES = 16;
  private static final int MOST_DEPTH = 100;

  // Arrow's type numbers.
  private static final int INT = 2;
  private static final int DURATION_TYPE = 18;
  private static final List<Integer> NESTED = List.of(12, 13, 16, 17, 21, 25, 26);

  private final ByteBuffer buffer;
  private final int most;
  private final List<String> leaves = new ArrayList<>();

  private ArrowNote(ByteBuffer buffer, int most) {
    this.buffer = buffer;
    this.most = most;
  }

  /** The kinds of columns whose meaning Parquet's type doesn't show. */
  static IdentityHashMap<PrimitiveType, String> of(
      MessageType columns, Map<String, String> metadata) {
    IdentityHashMap<PrimitiveType, String> kinds = new IdentityHashMap<>();
    List<ColumnDescriptor> stored = columns.getColumns();
    List<String> noted = leaves(metadata.get(KEY), stored.size());
    if (noted.size() != stored.size()) {
      return kinds; // another program removed columns and kept the schema
    }
    for (int i = 0; i < noted.size(); i++) {
      PrimitiveType column = stored.get(i).getPrimitiveType();
      boolean fits =
          column.getLogicalTypeAnnotation() == null
              && (noted.get(i).startsWith(DURATION)
                  ? column.getPrimitiveTypeName() == PrimitiveTypeName.INT64
                  : column.getPrimitiveTypeName() == PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY
                      && column.getTypeLength() == INT128_BYTES);
      if (fits && !noted.get(i).isEmpty()) {
        kinds.put(column, noted.get(i));
      }
    }
    return kinds;
  }

  private static List<String> leaves(@Nullable String note, int most) {
    if (note == null) {
      return List.of();
    }
    try {
      ByteBuffer bytes =
          ByteBuffer.wrap(Base64.getDecoder().decode(note)).order(ByteOrder.LITTLE_ENDIAN);
      // A message begins with its length; in newer files, a marker precedes it.
      int start = bytes.getInt(0) == -1 ? 8 : 4;
      ArrowNote reader = new ArrowNote(bytes, most);
      int message = reader.follow(start);
      int schema = reader.follow(reader.at(message, 2));
      reader.addAll(reader.at(schema, 1), 0);
      return reader.leaves;
    } catch (IllegalArgumentException | IndexOutOfBoundsException | ArithmeticException e) {
      return List.of(); // the columns are the authority
    }
  }

  private void addAll(int place, int depth) {
    if (place == 0) {
      return;
    }
    int vector = follow(place);
    int length = buffer.getInt(vector);
    for (int i = 0; i < length; i++) {
      add(follow(vector + 4 + 4 * i), depth);
    }
  }

  private void add(int field, int depth) {
    if (leaves.size() > most || depth > MOST_DEPTH) {
      throw new IllegalArgumentException("more than the file has");
    }
    int kind = at(field, 2) == 0 ? 0 : buffer.get(at(field, 2));
    if (NESTED.contains(kind)) {
      addAll(at(field, 5), depth + 1);
      return;
    }
    int type = at(field, 3) == 0 ? 0 : follow(at(field, 3));
    leaves.add(
        switch (kind) {
          case DURATION_TYPE -> {
            int unit = at(type, 0) == 0 ? MILLIS : buffer.getShort(at(type, 0));
            yield DURATION + "(" + UNITS.get(unit) + ")";
          }
          case INT -> {
            int bits = at(type, 0) == 0 ? 0 : buffer.getInt(at(type, 0));
            boolean signed = at(type, 1) != 0 && buffer.get(at(type, 1)) != 0;
            yield bits != INT128_BITS ? "" : signed ? INT128 : UINT128;
          }
          default -> "";
        });
  }

  /** The target of an offset. */
  private int follow(int place) {
    return Math.addExact(place, buffer.getInt(place));
  }

  /** The position of a table's field; 0 if it is missing. */
  private int at(int table, int number) {
    int layout = table - buffer.getInt(table);
    int entry = 4 + 2 * number;
    int offset = entry < buffer.getShort(layout) ? buffer.getShort(layout + entry) : 0;
    return offset == 0 ? 0 : table + offset;
  }
}
