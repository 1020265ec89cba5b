package io.beambatch.schema;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.Schema;

/**
 * The schemas of documents that a run writes: the original fields, followed by those that describe
 * the outcome. As in the documents themselves, an original field with such a name is dropped.
 */
public final class DocumentSchemas {
  private static final String NAMESPACE = "io.beambatch.answer";

  private DocumentSchemas() {}

  /**
   * The schema of answered documents.
   *
   * @param documents the schema of the original record
   * @param resultField the field of the answer
   * @param batchField the field that describes how the document was answered
   * @param dropped fields that are removed
   */
  public static Schema answered(
      Schema documents,
      String resultField,
      AnswerType answer,
      String batchField,
      List<String> dropped) {
    String namespace = freeNamespace(documents);
    FieldNames names = new FieldNames();
    Set<String> replaced = new HashSet<>(dropped);
    replaced.add(resultField);
    replaced.add(batchField);
    List<Schema.Field> fields = kept(documents, replaced, names);
    fields.add(names.nullable(resultField, answer.in(namespace)));
    fields.add(names.nullable(batchField, batch(namespace)));
    return like(documents, namespace, fields);
  }

  /**
   * The schema of failed documents.
   *
   * @param failureField the field that describes the failure
   */
  public static Schema failed(Schema documents, String failureField) {
    String namespace = freeNamespace(documents);
    FieldNames names = new FieldNames();
    List<Schema.Field> fields = kept(documents, Set.of(failureField), names);
    fields.add(names.nullable(failureField, failure(namespace)));
    return like(documents, namespace, fields);
  }

  /** The schema of documents with additional fields, each a text or null. */
  public static Schema withTexts(Schema documents, Collection<String> texts) {
    FieldNames names = new FieldNames();
    List<Schema.Field> fields = kept(documents, Set.of(), names);
    Set<String> own = new HashSet<>();
    documents.getFields().forEach(field -> own.add(FieldNames.original(field)));
    for (String text : texts) {
      if (own.add(text)) {
        fields.add(names.nullable(text, Types.string()));
      }
    }
    return like(documents, freeNamespace(documents), fields);
  }

  private static List<Schema.Field> kept(Schema documents, Set<String> replaced, FieldNames names) {
    List<Schema.Field> kept = new ArrayList<>();
    for (Schema.Field field : documents.getFields()) {
      if (!replaced.contains(FieldNames.original(field))) {
        names.take(field.name());
        kept.add(new Schema.Field(field, field.schema()));
      }
    }
    return kept;
  }

  private static Schema batch(String namespace) {
    return record(
        "Batch",
        namespace,
        Column.text("model"),
        Column.text("finish_reason"),
        Column.number("prompt_tokens"),
        Column.number("completion_tokens"),
        Column.text("batch_id"),
        Column.text("custom_id"),
        Column.number("attempt"));
  }

  private static Schema failure(String namespace) {
    return record(
        "Failure",
        namespace,
        Column.text("reason"),
        Column.text("message"),
        Column.number("attempts"),
        Column.text("batch_id"),
        Column.text("request_id"),
        Column.text("partial"));
  }

  private record Column(String name, Schema type) {
    static Column text(String name) {
      return new Column(name, Types.string());
    }

    static Column number(String name) {
      return new Column(name, Schema.create(Schema.Type.LONG));
    }
  }

  /** A record whose fields may all be null. */
  private static Schema record(String name, String namespace, Column... columns) {
    FieldNames names = new FieldNames();
    List<Schema.Field> fields = new ArrayList<>();
    for (Column column : columns) {
      fields.add(names.nullable(column.name(), column.type()));
    }
    return Schema.createRecord(name, null, namespace, false, fields);
  }

  private static Schema like(Schema documents, String namespace, List<Schema.Field> fields) {
    // In a recursive record, its name continues to mean the record without the answer.
    Set<String> inner = new HashSet<>();
    documents.getFields().forEach(field -> addNames(field.schema(), inner));
    boolean holdsItself = inner.contains(documents.getFullName());
    Schema schema =
        Schema.createRecord(
            documents.getName(),
            documents.getDoc(),
            holdsItself ? namespace : documents.getNamespace(),
            false,
            fields);
    schema.addAllProps(documents);
    return schema;
  }

  private static String freeNamespace(Schema documents) {
    Set<String> taken = new HashSet<>();
    addNames(documents, taken);
    String free = NAMESPACE;
    for (int i = 2; begins(taken, free + "."); i++) {
      free = NAMESPACE + i;
    }
    return free;
  }

  private static boolean begins(Set<String> names, String prefix) {
    return names.stream().anyMatch(name -> name.startsWith(prefix));
  }

  private static void addNames(Schema schema, Set<String> names) {
    switch (schema.getType()) {
      case RECORD -> {
        if (names.add(schema.getFullName())) {
          schema.getFields().forEach(field -> addNames(field.schema(), names));
        }
      }
      case ENUM, FIXED -> names.add(schema.getFullName());
      case ARRAY -> addNames(schema.getElementType(), names);
      case MAP -> addNames(schema.getValueType(), names);
      case UNION -> schema.getTypes().forEach(branch -> addNames(branch, names));
      default -> {}
    }
  }

  /** The type of answers. */
  @FunctionalInterface
  public interface AnswerType {
    /** The type, with all its named types in a namespace. */
    Schema in(String namespace);
  }
}
