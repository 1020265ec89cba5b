package io.beambatch.schema;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.beambatch.schema.ValueCodec.Kind;
import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;

/** Codecs of arrays and maps. */
final class CollectionCodecs {
  private CollectionCodecs() {}

  static ValueCodec array(Schema schema, ValueCodec items) {
    return ScalarCodec.of(
        (value, out) -> {
          out.writeStartArray();
          int index = 0;
          for (Object item : (Collection<?>) value) {
            try {
              items.write(item, out);
            } catch (MismatchException e) {
              throw e.within("[" + index + "]");
            }
            index++;
          }
          out.writeEndArray();
        },
        in -> {
          if (in.kind() != Kind.ARRAY) {
            throw in.mismatch("an array");
          }
          GenericData.Array<Object> array = new GenericData.Array<>(0, schema);
          while (in.parser().nextToken() != JsonToken.END_ARRAY) {
            try {
              array.add(items.read(in));
            } catch (MismatchException e) {
              throw e.within("[" + array.size() + "]");
            }
          }
          return array;
        },
        Kind.ARRAY);
  }

  static ValueCodec map(ValueCodec values) {
    return ScalarCodec.of(
        (value, out) -> writeMap((Map<?, ?>) value, values, out),
        in -> {
          if (in.kind() != Kind.OBJECT) {
            throw in.mismatch("an object");
          }
          Map<String, Object> map = new LinkedHashMap<>();
          JsonParser parser = in.parser();
          while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            parser.nextToken();
            try {
              map.put(key, values.read(in));
            } catch (MismatchException e) {
              // The key may be data.
              throw e.within("{}");
            }
          }
          return map;
        },
        Kind.OBJECT);
  }

  private static void writeMap(Map<?, ?> map, ValueCodec values, JsonGenerator out)
      throws IOException {
    out.writeStartObject();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      out.writeFieldName(entry.getKey().toString());
      try {
        values.write(entry.getValue(), out);
      } catch (MismatchException e) {
        throw e.within("{}");
      }
    }
    out.writeEndObject();
  }
}
