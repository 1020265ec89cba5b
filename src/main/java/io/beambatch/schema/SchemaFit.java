package io.beambatch.schema;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Checks whether all documents of one schema fit another. Besides equal types, they may have
 * narrower numbers, fewer nulls and fewer symbols, and lack fields that may be null or have a
 * default. They may not have fields that the other schema lacks, because those would be lost.
 */
public final class SchemaFit {
  /** Parquet types that any value of the Avro type fits. */
  private static final Set<String> ANY_VALUE = Set.of("ENUM", "BSON", "JSON");

  private static final Pattern INTEGER = Pattern.compile("INTEGER\\((\\d+),(true|false)\\)");

  private final Set<List<Schema>> open = new HashSet<>();

  private SchemaFit() {}

  /** Why documents of one schema don't fit another, with the field; null if they do. */
  public static @Nullable String problem(Schema documents, Schema schema) {
    return new SchemaFit().problem("", documents, schema);
  }

  private @Nullable String problem(String path, Schema from, Schema to) {
    if (from.isNullable() && !to.isNullable()) {
      return at(path, "may be null, which it may not in the other");
    }
    Schema one = Types.withoutNull(from);
    Schema other = Types.withoutNull(to);
    if (one.getType() == Schema.Type.UNION || other.getType() == Schema.Type.UNION) {
      return one.equals(other) ? null : at(path, "has other types to choose from");
    }
    if (one.getType() == Schema.Type.RECORD && other.getType() == Schema.Type.RECORD) {
      // A recursive type fits if the rest does.
      return open.add(List.of(one, other)) ? record(path, one, other) : null;
    }
    if (one.getType() == Schema.Type.ARRAY && other.getType() == Schema.Type.ARRAY) {
      return problem(path + "[]", one.getElementType(), other.getElementType());
    }
    if (one.getType() == Schema.Type.MAP && other.getType() == Schema.Type.MAP) {
      return problem(path + "{}", one.getValueType(), other.getValueType());
    }
    return scalarsFit(one, other)
        ? null
        : at(path, "is of type " + name(one) + ", in the other of type " + name(other));
  }

  private @Nullable String record(String path, Schema from, Schema to) {
    Map<String, Schema.Field> fields = new HashMap<>();
    to.getFields().forEach(field -> fields.put(FieldNames.original(field), field));
    for (Schema.Field field : from.getFields()) {
      String name = FieldNames.original(field);
      String fieldPath = path.isEmpty() ? name : path + "." + name;
      Schema.Field same = fields.remove(name);
      String problem =
          same == null
              ? at(fieldPath, "is not in the other")
              : problem(fieldPath, field.schema(), same.schema());
      if (problem != null) {
        return problem;
      }
    }
    for (Schema.Field lacking : fields.values()) {
      if (!lacking.schema().isNullable() && !lacking.hasDefaultValue()) {
        String name = FieldNames.original(lacking);
        return at(path.isEmpty() ? name : path + "." + name, "is missing, and has no default");
      }
    }
    return null;
  }

  private static boolean scalarsFit(Schema one, Schema other) {
    if (!parquetTypesFit(one.getProp(Types.PARQUET_TYPE), other.getProp(Types.PARQUET_TYPE))) {
      return false;
    }
    String logical = Types.logicalName(one);
    if (!Objects.equals(logical, Types.logicalName(other))) {
      return false;
    }
    if ("decimal".equals(logical)
        && one.getLogicalType() instanceof LogicalTypes.Decimal narrow
        && other.getLogicalType() instanceof LogicalTypes.Decimal wide) {
      return narrow.getScale() <= wide.getScale()
          && narrow.getPrecision() - narrow.getScale() <= wide.getPrecision() - wide.getScale();
    }
    if (logical != null && one.getType() != other.getType()) {
      return false;
    }
    return switch (one.getType()) {
      case INT ->
          Set.of(Schema.Type.INT, Schema.Type.LONG, Schema.Type.DOUBLE).contains(other.getType());
      case FLOAT -> Set.of(Schema.Type.FLOAT, Schema.Type.DOUBLE).contains(other.getType());
      case FIXED ->
          other.getType() == Schema.Type.FIXED && one.getFixedSize() == other.getFixedSize();
      case ENUM ->
          other.getType() == Schema.Type.ENUM
              && other.getEnumSymbols().containsAll(one.getEnumSymbols());
      case STRING ->
          other.getType() == Schema.Type.STRING
              && Objects.equals(one.getProp(Types.SQL_TYPE), other.getProp(Types.SQL_TYPE));
      default -> one.getType() == other.getType();
    };
  }

  /** A Parquet type, such as an 8-bit number, may have a smaller range than its Avro type. */
  private static boolean parquetTypesFit(@Nullable String one, @Nullable String other) {
    if (other == null || other.equals(one) || ANY_VALUE.contains(other)) {
      return true;
    }
    Matcher narrow = INTEGER.matcher(String.valueOf(one));
    Matcher wide = INTEGER.matcher(other);
    return narrow.matches()
        && wide.matches()
        && narrow.group(2).equals(wide.group(2))
        && Integer.parseInt(narrow.group(1)) <= Integer.parseInt(wide.group(1));
  }

  private static String name(Schema type) {
    String logical = Types.logicalName(type);
    String parquet = type.getProp(Types.PARQUET_TYPE);
    return parquet != null ? parquet : logical == null ? type.getType().getName() : logical;
  }

  private static String at(String path, String problem) {
    return (path.isEmpty() ? "the record " : "field '" + path + "' ") + problem;
  }
}
