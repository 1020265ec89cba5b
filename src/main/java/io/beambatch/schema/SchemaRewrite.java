package io.beambatch.schema;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.avro.Schema;

/** Makes schemas of others, in which some types or names differ. */
public final class SchemaRewrite {
  private static final String INT96 = "INT96";
  private static final int INT96_BYTES = 12;

  private final Map<String, String> originals;
  private final UnaryOperator<Schema> types;
  private final IdentityHashMap<Schema, Schema> records = new IdentityHashMap<>();

  private SchemaRewrite(Map<String, String> originals, UnaryOperator<Schema> types) {
    this.originals = originals;
    this.types = types;
  }

  /** Notes the names that fields have in the documents, by their names in the schema. */
  public static Schema withNames(Schema schema, Map<String, String> originals) {
    return new SchemaRewrite(originals, UnaryOperator.identity()).rewrite(schema);
  }

  /** Puts other types in the place of those that are no records and hold no others. */
  public static Schema replace(Schema schema, UnaryOperator<Schema> types) {
    return new SchemaRewrite(Map.of(), types).rewrite(schema);
  }

  /** Whether a type is that of old Parquet files' timestamps: nanoseconds of a Julian day. */
  public static boolean isInt96(Schema type) {
    return type.getType() == Schema.Type.FIXED
        && type.getName().equals(INT96)
        && type.getFixedSize() == INT96_BYTES;
  }

  private Schema rewrite(Schema schema) {
    return switch (schema.getType()) {
      case RECORD -> record(schema);
      case ARRAY -> props(schema, Schema.createArray(rewrite(schema.getElementType())));
      case MAP -> props(schema, Schema.createMap(rewrite(schema.getValueType())));
      case UNION -> Schema.createUnion(schema.getTypes().stream().map(this::rewrite).toList());
      default -> types.apply(schema);
    };
  }

  private Schema record(Schema schema) {
    Schema known = records.get(schema);
    if (known != null) {
      return known;
    }
    Schema copy =
        Schema.createRecord(
            schema.getName(), schema.getDoc(), schema.getNamespace(), schema.isError());
    records.put(schema, copy);
    List<Schema.Field> fields = new ArrayList<>();
    for (Schema.Field field : schema.getFields()) {
      Schema.Field renamed = new Schema.Field(field, rewrite(field.schema()));
      String original = originals.get(field.name());
      if (original != null) {
        renamed.addProp(FieldNames.ORIGINAL, original);
      }
      fields.add(renamed);
    }
    copy.setFields(fields);
    return props(schema, copy);
  }

  private static Schema props(Schema from, Schema to) {
    to.addAllProps(from);
    return to;
  }
}
