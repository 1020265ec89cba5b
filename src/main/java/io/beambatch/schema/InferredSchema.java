package io.beambatch.schema;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;

/**
 * Infers the schema of documents from their {@link Shape}. Every field may be null; values without
 * a single type are JSON ({@link Types#json}). Every document of the shape fits it.
 */
public final class InferredSchema {
  private static final String ROOT = "Document";
  private static final String NAMESPACE = "io.beambatch";

  private InferredSchema() {}

  /** The record schema for documents of a shape. */
  public static Schema of(Shape documents) {
    return record(ROOT, NAMESPACE, documents.fields());
  }

  private static Schema record(String name, String namespace, Map<String, Shape> shapes) {
    FieldNames names = new FieldNames();
    FieldNames typeNames = new FieldNames();
    String inner = namespace + "." + name;
    List<Schema.Field> fields = new ArrayList<>();
    shapes.forEach(
        (field, shape) ->
            fields.add(names.nullable(field, type(shape, typeNames.free(field), inner))));
    return Schema.createRecord(name, null, namespace, false, fields);
  }

  private static Schema type(Shape shape, String name, String namespace) {
    return switch (shape.kind()) {
      case NOTHING, STRING -> Types.string();
      case BOOLEAN -> Schema.create(Schema.Type.BOOLEAN);
      case LONG, BIG_LONG -> Schema.create(Schema.Type.LONG);
      case DOUBLE -> Schema.create(Schema.Type.DOUBLE);
      case ARRAY -> array(shape.items() == null ? Shape.NONE : shape.items(), name, namespace);
      case OBJECT ->
          shape.fields().isEmpty() ? Types.json() : record(name, namespace, shape.fields());
      case ANY -> Types.json();
    };
  }

  private static Schema array(Shape items, String name, String namespace) {
    Schema type = type(items, name, namespace);
    return Schema.createArray(items.nulls() ? Types.nullable(type) : type);
  }
}
