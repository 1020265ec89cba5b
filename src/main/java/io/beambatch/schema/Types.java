package io.beambatch.schema;

import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** Creates and inspects Avro types. */
public final class Types {
  /**
   * The property that names a type that BigQuery has and Avro lacks, as in BigQuery's own exports:
   * {@code JSON}, {@code GEOGRAPHY}, {@code DATETIME} and others, all written as strings.
   */
  public static final String SQL_TYPE = "sqlType";

  /**
   * The property that names the original Parquet type, where Avro lacks it: {@code UUID}, {@code
   * INTEGER(8,false)} and others. Parquet files are written with that type again.
   */
  public static final String PARQUET_TYPE = "parquetType";

  private static final String JSON = "JSON";

  private Types() {}

  /** A string that contains any JSON value as its text. */
  public static Schema json() {
    Schema json = string();
    json.addProp(SQL_TYPE, JSON);
    return json;
  }

  /** A string. */
  public static Schema string() {
    return Schema.create(Schema.Type.STRING);
  }

  /** Returns whether a type is {@link #json}. */
  public static boolean isJson(Schema schema) {
    return schema.getType() == Schema.Type.STRING && JSON.equals(schema.getProp(SQL_TYPE));
  }

  /** The union with null, null first. */
  public static Schema nullable(Schema type) {
    List<Schema> branches = new ArrayList<>();
    branches.add(Schema.create(Schema.Type.NULL));
    if (type.getType() == Schema.Type.UNION) {
      type.getTypes().stream()
          .filter(branch -> branch.getType() != Schema.Type.NULL)
          .forEach(branches::add);
    } else if (type.getType() != Schema.Type.NULL) {
      branches.add(type);
    }
    return Schema.createUnion(branches);
  }

  /** The type of a union of null and one other; any other type unchanged. */
  public static Schema withoutNull(Schema type) {
    if (type.getType() != Schema.Type.UNION || type.getTypes().size() != 2) {
      return type;
    }
    List<Schema> branches = type.getTypes();
    if (branches.get(0).getType() == Schema.Type.NULL) {
      return branches.get(1);
    }
    return branches.get(1).getType() == Schema.Type.NULL ? branches.get(0) : type;
  }

  /**
   * The name of a type's logical type, even one that this version of Avro doesn't know; null if it
   * has none.
   */
  public static @Nullable String logicalName(Schema type) {
    return type.getProp("logicalType");
  }
}
