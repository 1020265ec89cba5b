package io.beambatch.records;

import static org.apache.parquet.schema.LogicalTypeAnnotation.listType;
import static org.apache.parquet.schema.LogicalTypeAnnotation.mapType;

import io.beambatch.schema.FieldNames;
import io.beambatch.schema.Types;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.MapKeyValueTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.VariantLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;
import org.jspecify.annotations.Nullable;

/**
 * The Avro schema of the documents that a Parquet file's rows become.
 *
 * <p>Lists of all layouts are arrays. Maps with text keys are maps, others arrays of records {@code
 * key}, {@code value}. A column whose name Avro doesn't allow keeps it in the property {@link
 * FieldNames#ORIGINAL}. A file that was written from Avro contains its schema; where that agrees
 * with the columns, its unions, enums, names and properties are used.
 */
final class ParquetSchema {
  static final String KEY = "key";
  static final String VALUE = "value";

  /** Prefix of the branches of a union, as Parquet's own Avro writer names them. */
  static final String MEMBER = "member";

  private static final String NAMESPACE = "parquet";
  private static final int MOST_DEPTH = 100;
  private static final List<String> NOTES =
      List.of(ParquetRowOutput.NOTE, "parquet.avro.schema", "avro.schema");

  private final FieldNames typeNames = new FieldNames();
  private final ParquetScalars scalars;

  private ParquetSchema(ParquetScalars scalars) {
    this.scalars = scalars;
  }

  /**
   * The schema of a file.
   *
   * @param metadata the metadata in the file's footer
   * @throws IllegalArgumentException naming the column, if one can't be read
   */
  static Schema of(MessageType columns, Map<String, String> metadata) {
    Schema noted = noted(metadata);
    ParquetSchema schema = new ParquetSchema(ParquetScalars.ofFile(columns, metadata));
    Schema record = schema.record("", columns, noted, 0);
    // Parsed as it will be from the run's folder, where names are checked.
    return new Schema.Parser().parse(record.toString());
  }

  private static @Nullable Schema noted(Map<String, String> metadata) {
    for (String note : NOTES) {
      String schema = metadata.get(note);
      if (schema != null) {
        try {
          return new Schema.Parser().parse(schema);
        } catch (AvroRuntimeException e) {
          // The columns are the authority.
          return null;
        }
      }
    }
    return null;
  }

  private Schema record(String path, GroupType group, @Nullable Schema noted, int depth) {
    if (depth > MOST_DEPTH) {
      throw new IllegalArgumentException("column " + path + " is nested too deeply");
    }
    boolean same = noted != null && noted.getType() == Schema.Type.RECORD;
    FieldNames names = new FieldNames();
    Set<String> columns = new HashSet<>();
    List<Schema.Field> fields = new ArrayList<>();
    for (Type column : group.getFields()) {
      String columnPath = path.isEmpty() ? column.getName() : path + "." + column.getName();
      if (!columns.add(column.getName())) {
        throw new IllegalArgumentException("two columns are called " + columnPath);
      }
      Schema.Field like = same ? field(Objects.requireNonNull(noted), column.getName()) : null;
      Schema type = type(columnPath, column, like == null ? null : like.schema(), depth + 1);
      fields.add(field(column.getName(), type, like, names));
    }
    Schema record =
        same && noted != null
            ? Schema.createRecord(
                noted.getName(), noted.getDoc(), noted.getNamespace(), false, fields)
            : Schema.createRecord(
                typeNames.free(path.isEmpty() ? group.getName() : path),
                null,
                NAMESPACE,
                false,
                fields);
    if (same && noted != null) {
      noted.getObjectProps().forEach(record::addProp);
    }
    return record;
  }

  private static Schema.@Nullable Field field(Schema record, String column) {
    for (Schema.Field field : record.getFields()) {
      if (FieldNames.original(field).equals(column) || field.name().equals(column)) {
        return field;
      }
    }
    return null;
  }

  private static Schema.Field field(
      String column, Schema type, Schema.@Nullable Field like, FieldNames names) {
    if (like != null && like.schema().equals(type)) {
      names.take(like.name());
      return new Schema.Field(like, type);
    }
    boolean mayBeNull = type.isNullable();
    String name = names.free(like == null ? column : like.name());
    Schema.Field field =
        new Schema.Field(name, type, null, mayBeNull ? Schema.Field.NULL_VALUE : null);
    if (!name.equals(column)) {
      field.addProp(FieldNames.ORIGINAL, column);
    }
    return field;
  }

  /** The type of a column, including its repetition. */
  private Schema type(String path, Type type, @Nullable Schema noted, int depth) {
    if (type.isRepetition(Repetition.REPEATED)) {
      Schema items = noted != null && noted.getType() == Schema.Type.ARRAY ? noted : null;
      return Schema.createArray(
          value(path, type, items == null ? null : items.getElementType(), depth));
    }
    boolean optional = type.isRepetition(Repetition.OPTIONAL);
    if (noted != null && noted.getType() == Schema.Type.UNION) {
      List<Schema> members = members(path, type, noted, depth);
      if (members != null && noted.isNullable() == optional) {
        return union(noted, members);
      }
    }
    Schema value = value(path, type, noted == null ? null : unwrapped(noted), depth);
    if (value.getType() == Schema.Type.NULL) {
      return noted != null && branches(noted).isEmpty() ? noted : value;
    }
    return optional ? Types.nullable(value) : value;
  }

  /** The types of a union's branches in the file; null if the column isn't that union. */
  private @Nullable List<Schema> members(String path, Type type, Schema union, int depth) {
    List<Schema> branches = branches(union);
    if (branches.size() == 1) {
      Schema value = value(path, type, branches.get(0), depth);
      return value.getType() == Schema.Type.UNION || value.isNullable() ? null : List.of(value);
    }
    if (type.isPrimitive() || !isUnion(type.asGroupType(), branches)) {
      return null;
    }
    List<Schema> members = new ArrayList<>();
    for (int i = 0; i < branches.size(); i++) {
      members.add(value(path, type.asGroupType().getType(i), branches.get(i), depth + 1));
    }
    return members;
  }

  private static boolean isUnion(GroupType group, List<Schema> branches) {
    if (branches.size() != group.getFieldCount()) {
      return false;
    }
    for (int i = 0; i < branches.size(); i++) {
      if (!group.getFieldName(i).equals(MEMBER + i)) {
        return false;
      }
    }
    return true;
  }

  /** A union with null at its original position. */
  private static Schema union(Schema noted, List<Schema> members) {
    List<Schema> branches = new ArrayList<>(members);
    for (int i = 0; i < noted.getTypes().size(); i++) {
      if (noted.getTypes().get(i).getType() == Schema.Type.NULL) {
        branches.add(i, noted.getTypes().get(i));
      }
    }
    return Schema.createUnion(branches);
  }

  /** The types of a union except null, each of which is a field in Parquet. */
  static List<Schema> branches(Schema type) {
    return type.getType() != Schema.Type.UNION
        ? List.of(type)
        : type.getTypes().stream().filter(branch -> branch.getType() != Schema.Type.NULL).toList();
  }

  /** The only type of a union with one type besides null; otherwise the type itself. */
  static Schema unwrapped(Schema type) {
    List<Schema> branches = branches(type);
    return branches.size() == 1 ? branches.get(0) : type;
  }

  private Schema value(String path, Type type, @Nullable Schema noted, int depth) {
    if (type.isPrimitive()) {
      return scalars.schema(path, type.asPrimitiveType(), noted, typeNames);
    }
    GroupType group = type.asGroupType();
    LogicalTypeAnnotation annotation = group.getLogicalTypeAnnotation();
    if (annotation instanceof VariantLogicalTypeAnnotation) {
      throw new IllegalArgumentException(
          "column " + path + " is of type VARIANT, which can't be read; cast it to text or JSON");
    }
    Type element = element(group);
    if (element != null) {
      Schema items = noted != null && noted.getType() == Schema.Type.ARRAY ? noted : null;
      Schema likely = items == null ? null : items.getElementType();
      return Schema.createArray(
          element.isRepetition(Repetition.REPEATED)
              ? value(path + "[]", element, likely, depth + 1)
              : type(path + "[]", element, likely, depth + 1));
    }
    GroupType entry = entry(group);
    if (entry != null) {
      return map(path, entry, noted, depth + 1);
    }
    return record(path, group, noted, depth);
  }

  /**
   * The element of a list, which may be the repeated field itself; null if the group is not a list.
   * Layouts of older writers follow the rules of the Parquet format.
   */
  static @Nullable Type element(GroupType group) {
    if (!listType().equals(group.getLogicalTypeAnnotation())
        || group.getFieldCount() != 1
        || !group.getType(0).isRepetition(Repetition.REPEATED)) {
      return null;
    }
    Type repeated = group.getType(0);
    if (repeated.isPrimitive()
        || repeated.getLogicalTypeAnnotation() != null
        || repeated.asGroupType().getFieldCount() != 1
        || repeated.asGroupType().getType(0).isRepetition(Repetition.REPEATED)
        || repeated.getName().equals("array")
        || repeated.getName().equals(group.getName() + "_tuple")) {
      return repeated;
    }
    return repeated.asGroupType().getType(0);
  }

  /** The entries of a map; null if the group is not a map. */
  static @Nullable GroupType entry(GroupType group) {
    LogicalTypeAnnotation annotation = group.getLogicalTypeAnnotation();
    boolean map = mapType().equals(annotation) || annotation instanceof MapKeyValueTypeAnnotation;
    if (!map
        || group.getFieldCount() != 1
        || group.getType(0).isPrimitive()
        || !group.getType(0).isRepetition(Repetition.REPEATED)
        || group.getType(0).asGroupType().getFieldCount() > 2) {
      return null;
    }
    return group.getType(0).asGroupType();
  }

  private Schema map(String path, GroupType entry, @Nullable Schema noted, int depth) {
    boolean same = noted != null && noted.getType() == Schema.Type.MAP;
    Schema key = type(path + "." + KEY, entry.getType(0), null, depth);
    Schema value =
        entry.getFieldCount() == 1
            ? Schema.create(Schema.Type.NULL)
            : type(
                path + "{}",
                entry.getType(1),
                same && noted != null ? noted.getValueType() : null,
                depth);
    if (key.equals(Types.string())) {
      return Schema.createMap(value);
    }
    FieldNames names = new FieldNames();
    Schema record =
        Schema.createRecord(
            typeNames.free(path),
            null,
            NAMESPACE,
            false,
            List.of(field(KEY, key, null, names), field(VALUE, value, null, names)));
    Schema entries = Schema.createArray(record);
    entries.addProp(Types.PARQUET_TYPE, ParquetTypes.MAP);
    return entries;
  }
}
