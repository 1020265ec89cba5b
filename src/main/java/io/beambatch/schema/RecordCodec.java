package io.beambatch.schema;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;

/**
 * The codec of records: objects with the schema's fields, in its order. A schema may have a field
 * for additional properties: it holds them as one JSON object, and in the document they are next to
 * the other fields.
 */
final class RecordCodec implements ValueCodec {
  /** The name of the field for additional properties. */
  static final String OTHERS = "_other";

  private static final String OTHERS_PROPERTY = "otherFields";

  private final Schema schema;
  private final List<Schema.Field> fields;
  private final String[] names;
  private final ValueCodec[] codecs;
  private final Map<String, Integer> places = new HashMap<>();
  private final int others;

  /** A codec whose fields' codecs are set later: a record may contain others of its own type. */
  RecordCodec(Schema schema) {
    this.schema = schema;
    this.fields = schema.getFields();
    this.names = fields.stream().map(FieldNames::original).toArray(String[]::new);
    this.codecs = new ValueCodec[names.length];
    int placeOfOthers = -1;
    for (int i = 0; i < names.length; i++) {
      if (fields.get(i).getObjectProp(OTHERS_PROPERTY) == null) {
        places.put(names[i], i);
      } else {
        placeOfOthers = i;
      }
    }
    others = placeOfOthers;
  }

  /** A field for additional properties. */
  static Schema.Field others(FieldNames names) {
    Schema.Field field =
        new Schema.Field(
            names.free(OTHERS), Types.nullable(Types.json()), null, Schema.Field.NULL_VALUE);
    field.addProp(OTHERS_PROPERTY, true);
    return field;
  }

  void set(int field, ValueCodec codec) {
    codecs[field] = codec;
  }

  @Override
  public Set<Kind> kinds() {
    return EnumSet.of(Kind.OBJECT);
  }

  @Override
  public void write(@Nullable Object value, JsonGenerator out) throws IOException {
    if (value == null) {
      throw new MismatchException("is null, which the schema doesn't allow");
    }
    IndexedRecord record = (IndexedRecord) value;
    out.writeStartObject();
    for (int i = 0; i < codecs.length; i++) {
      if (i == others) {
        writeOthers(record.get(i), out);
        continue;
      }
      out.writeFieldName(names[i]);
      try {
        codecs[i].write(record.get(i), out);
      } catch (MismatchException e) {
        throw e.within(names[i]);
      }
    }
    out.writeEndObject();
  }

  @Override
  public GenericData.Record read(JsonSource in) throws IOException {
    if (in.kind() != Kind.OBJECT) {
      throw in.mismatch("an object");
    }
    GenericData.Record record = new GenericData.Record(schema);
    boolean[] found = new boolean[codecs.length];
    StringBuilder unnamed = new StringBuilder();
    JsonParser parser = in.parser();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      Integer place = places.get(name);
      parser.nextToken();
      if (place == null) {
        if (others < 0) {
          throw new MismatchException("the schema has no such field").within(name);
        }
        unnamed.append(unnamed.isEmpty() ? "{\"" : ",\"");
        JsonStringEncoder.getInstance().quoteAsString(name, unnamed);
        unnamed.append("\":").append(in.json());
        continue;
      }
      try {
        record.put(place, codecs[place].read(in));
      } catch (MismatchException e) {
        throw e.within(name);
      }
      found[place] = true;
    }
    for (int i = 0; i < found.length; i++) {
      if (i == others) {
        record.put(i, unnamed.isEmpty() ? null : unnamed.append('}').toString());
      } else if (!found[i]) {
        record.put(i, otherwise(i));
      }
    }
    return record;
  }

  private static void writeOthers(@Nullable Object json, JsonGenerator out) throws IOException {
    if (json == null) {
      return;
    }
    byte[] bytes = json.toString().getBytes(UTF_8);
    try (JsonSource source = new JsonSource(bytes, 0, bytes.length)) {
      JsonParser parser = source.parser();
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        out.writeFieldName(parser.currentName());
        parser.nextToken();
        out.writeRawValue(source.json());
      }
    }
  }

  private @Nullable Object otherwise(int place) throws MismatchException {
    Schema.Field field = fields.get(place);
    if (field.schema().isNullable()) {
      return null;
    }
    if (field.hasDefaultValue()) {
      return GenericData.get().getDefaultValue(field);
    }
    throw new MismatchException("is missing, and the schema has no default").within(names[place]);
  }
}
