package io.beambatch.schema;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.beambatch.json.Json;
import io.beambatch.schema.ValueCodec.Kind;
import java.io.Closeable;
import java.io.IOException;
import java.io.Writer;

/** JSON in memory, read token by token; any value is also available as its original text. */
final class JsonSource implements Closeable {
  private final byte[] bytes;
  private final int from;
  private final JsonParser parser;

  JsonSource(byte[] bytes, int from, int to) throws IOException {
    this.bytes = bytes;
    this.from = from;
    this.parser = Json.parser(bytes, from, to);
  }

  static JsonGenerator writer(Writer out) throws IOException {
    return Json.FACTORY.createGenerator(out);
  }

  JsonParser parser() {
    return parser;
  }

  /** The kind of the current value. */
  Kind kind() throws MismatchException {
    JsonToken token = parser.currentToken();
    if (token == null) {
      throw new MismatchException("there is no value");
    }
    return switch (token) {
      case VALUE_NULL -> Kind.NULL;
      case VALUE_TRUE, VALUE_FALSE -> Kind.BOOLEAN;
      case VALUE_NUMBER_INT -> Kind.INTEGER;
      case VALUE_NUMBER_FLOAT -> Kind.FRACTION;
      case VALUE_STRING -> Kind.TEXT;
      case START_ARRAY -> Kind.ARRAY;
      case START_OBJECT -> Kind.OBJECT;
      default -> throw new MismatchException("there is no value");
    };
  }

  /** Returns the original JSON of the current value, and moves to the value's last token. */
  String json() throws IOException {
    int start = from + Math.toIntExact(parser.currentTokenLocation().getByteOffset());
    if (parser.currentToken() == JsonToken.VALUE_STRING) {
      parser.finishToken();
    } else {
      parser.skipChildren();
    }
    int end = from + Math.toIntExact(parser.currentLocation().getByteOffset());
    return new String(bytes, start, end - start, UTF_8);
  }

  MismatchException mismatch(String expected) throws IOException {
    return new MismatchException("should be " + expected + ", but is " + words(kind()));
  }

  private static String words(Kind kind) {
    return switch (kind) {
      case NULL -> "null";
      case BOOLEAN -> "true or false";
      case INTEGER -> "a whole number";
      case FRACTION -> "a number";
      case TEXT -> "a text";
      case ARRAY -> "an array";
      case OBJECT -> "an object";
    };
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }
}
