package io.beambatch.schema;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;

/**
 * Writes records with a schema as JSON objects, and reads them back, exactly: a record that was
 * written and read is the same record.
 *
 * <ul>
 *   <li>Numbers, including decimals, keep all their digits; {@code NaN} and {@code Infinity} are
 *       texts.
 *   <li>Dates and times are ISO 8601 texts, bytes are Base64 texts, enums are their symbols.
 *   <li>Strings that contain JSON ({@link Types#json}) become that JSON.
 *   <li>Fields have the names of the documents' fields ({@link FieldNames}).
 *   <li>For unions see {@link UnionCodec}: null and one type is the value or null.
 * </ul>
 *
 * <p>Values are Avro's own, as {@code GenericData} without conversions reads them. When JSON is
 * read, a missing field is null or its default, and a field that the schema lacks is an error. A
 * string accepts any other JSON value as its text.
 *
 * <p>Stateless and thread-safe.
 */
public final class AvroJson {
  private final ValueCodec codec;

  private AvroJson(ValueCodec codec) {
    this.codec = codec;
  }

  /**
   * The encoding of a schema.
   *
   * @throws IllegalArgumentException if it is not a record schema
   */
  public static AvroJson of(Schema schema) {
    if (schema.getType() != Schema.Type.RECORD) {
      throw new IllegalArgumentException("The schema of documents is that of a record");
    }
    return new AvroJson(compile(schema, new IdentityHashMap<>()));
  }

  /**
   * One JSON object on one line, without the line end.
   *
   * @throws MismatchException if the record doesn't fit the schema
   */
  public String json(GenericRecord record) throws IOException {
    // A byte stream would get characters beyond the basic plane as escapes.
    StringWriter out = new StringWriter(512);
    try (JsonGenerator generator = JsonSource.writer(out)) {
      codec.write(record, generator);
    }
    return out.toString();
  }

  /** The record of a JSON object. */
  public GenericRecord record(String json) throws IOException {
    byte[] bytes = json.getBytes(UTF_8);
    return record(bytes, 0, bytes.length);
  }

  /**
   * The record of a JSON object in UTF-8.
   *
   * @throws MismatchException if it doesn't fit the schema, or isn't JSON; shows no contents
   */
  public GenericRecord record(byte[] json, int from, int to) throws IOException {
    try (JsonSource source = new JsonSource(json, from, to)) {
      source.parser().nextToken();
      GenericRecord record = (GenericRecord) Objects.requireNonNull(codec.read(source));
      if (source.parser().nextToken() != null) {
        throw new MismatchException("there is more after the object");
      }
      return record;
    } catch (JsonProcessingException e) {
      // Its message, and so its trace, may show contents.
      throw new MismatchException(
          "malformed JSON at byte "
              + (e.getLocation() == null ? 0 : e.getLocation().getByteOffset()));
    }
  }

  private static ValueCodec compile(Schema schema, IdentityHashMap<Schema, RecordCodec> records) {
    ValueCodec logical = LogicalCodecs.of(schema);
    if (logical != null) {
      return logical;
    }
    return switch (schema.getType()) {
      case NULL -> PlainCodecs.NULL;
      case BOOLEAN -> PlainCodecs.BOOLEAN;
      case INT -> PlainCodecs.INT;
      case LONG -> PlainCodecs.LONG;
      case FLOAT -> PlainCodecs.FLOAT;
      case DOUBLE -> PlainCodecs.DOUBLE;
      case STRING -> Types.isJson(schema) ? new JsonTextCodec() : PlainCodecs.STRING;
      case BYTES -> PlainCodecs.BYTES;
      case FIXED -> PlainCodecs.fixed(schema);
      case ENUM -> PlainCodecs.enumeration(schema);
      case ARRAY -> CollectionCodecs.array(schema, compile(schema.getElementType(), records));
      case MAP -> CollectionCodecs.map(compile(schema.getValueType(), records));
      case UNION -> {
        List<ValueCodec> branches = new ArrayList<>();
        schema.getTypes().forEach(branch -> branches.add(compile(branch, records)));
        yield new UnionCodec(schema, branches);
      }
      case RECORD -> record(schema, records);
    };
  }

  private static ValueCodec record(Schema schema, IdentityHashMap<Schema, RecordCodec> records) {
    RecordCodec known = records.get(schema);
    if (known != null) {
      return known;
    }
    RecordCodec codec = new RecordCodec(schema);
    records.put(schema, codec);
    for (Schema.Field field : schema.getFields()) {
      codec.set(field.pos(), compile(field.schema(), records));
    }
    return codec;
  }
}
