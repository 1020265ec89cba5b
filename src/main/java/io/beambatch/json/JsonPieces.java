package io.beambatch.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Assembles JSON from pieces, without decoding them. Result formats build answers with it. */
public final class JsonPieces {
  private JsonPieces() {}

  /** The concatenation of strings; null if there are none. */
  public static @Nullable JsonSlice concatenated(List<JsonSlice> texts) throws IOException {
    if (texts.size() <= 1) {
      return texts.isEmpty() ? null : texts.get(0);
    }
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    joined.write('"');
    for (JsonSlice text : texts) {
      text.part(1, text.length() - 1).writeTo(joined);
    }
    joined.write('"');
    return JsonSlice.of(joined.toByteArray());
  }

  /** One value itself, or several as an array; null if there are none. */
  public static @Nullable JsonSlice oneOrArray(List<JsonSlice> values) throws IOException {
    if (values.size() <= 1) {
      return values.isEmpty() ? null : values.get(0);
    }
    return array(values);
  }

  /** An array of values, on one line if they are. */
  public static JsonSlice array(List<JsonSlice> values) throws IOException {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    joined.write('[');
    for (JsonSlice value : values) {
      if (joined.size() > 1) {
        joined.write(',');
      }
      value.writeTo(joined);
    }
    joined.write(']');
    return JsonSlice.of(joined.toByteArray());
  }

  /** Removes white space between tokens: a model may format its JSON over several lines. */
  public static JsonSlice onOneLine(JsonSlice json) {
    byte[] compact = new byte[json.length()];
    int length = 0;
    boolean inText = false;
    for (int i = 0; i < json.length(); i++) {
      byte b = json.at(i);
      if (inText && b == '\\') {
        compact[length++] = b;
        b = json.at(++i);
      } else if (b == '"') {
        inText = !inText;
      } else if (!inText && (b == ' ' || b == '\n' || b == '\r' || b == '\t')) {
        continue;
      }
      compact[length++] = b;
    }
    return JsonSlice.of(compact, 0, length);
  }

  /** Returns whether a value is a string with exactly this text, which must need no escapes. */
  public static boolean is(@Nullable JsonSlice value, String text) {
    return value != null && value.isText() && value.json().equals('"' + text + '"');
  }

  /**
   * The text of a field at an object's top level; null if there is none before the end, or before
   * the first fault. Nothing after it is read, so the beginning of an object is enough.
   */
  public static @Nullable String topLevelText(JsonSlice object, String field) throws IOException {
    try (JsonParser parser = object.parser()) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean wanted = parser.currentName().equals(field);
        JsonToken token = parser.nextToken();
        if (wanted) {
          return token == JsonToken.VALUE_STRING ? parser.getText() : null;
        }
        parser.skipChildren();
      }
      return null;
    } catch (JsonProcessingException unreadable) {
      return null;
    }
  }
}
