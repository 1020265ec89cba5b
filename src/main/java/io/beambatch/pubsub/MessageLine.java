package io.beambatch.pubsub;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.ByteString;
import io.beambatch.json.Json;
import io.beambatch.json.LineReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes and reads messages as lines of a file, in the form of Pub/Sub's REST API: {@code
 * {"messageId": "17", "attributes": {"k": "v"}, "data": "<Base64>"}}. This keeps payloads to the
 * byte, whatever they contain.
 */
final class MessageLine {
  private static final String ID = "messageId";
  private static final String ATTRIBUTES = "attributes";
  private static final String DATA = "data";

  private MessageLine() {}

  /** Writes a message and returns the number of bytes. */
  static int write(OutputStream out, Message message) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(message.data().size() * 4 / 3 + 200);
    try (JsonGenerator json = Json.FACTORY.createGenerator(line)) {
      json.writeStartObject();
      json.writeStringField(ID, message.id());
      json.writeObjectFieldStart(ATTRIBUTES);
      for (Map.Entry<String, String> attribute : new TreeMap<>(message.attributes()).entrySet()) {
        json.writeStringField(attribute.getKey(), attribute.getValue());
      }
      json.writeEndObject();
      json.writeBinaryField(DATA, message.data().toByteArray());
      json.writeEndObject();
    }
    line.write('\n');
    line.writeTo(out);
    return line.size();
  }

  /** Reads the id alone. */
  static String id(LineReader line) throws IOException {
    try (JsonParser json = parser(line)) {
      json.nextToken();
      if (!ID.equals(json.nextFieldName())) {
        throw new IOException("line " + line.number() + " of a file of messages is damaged");
      }
      return json.nextTextValue();
    }
  }

  /**
   * Reads a line.
   *
   * @throws UncheckedIOException if the line is damaged, for which the message is not to blame
   */
  static Message read(LineReader line) {
    String id = null;
    Map<String, String> attributes = new TreeMap<>();
    ByteString data = null;
    try (JsonParser json = parser(line)) {
      json.nextToken();
      for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
        json.nextToken();
        switch (field) {
          case ID -> id = json.getText();
          case DATA -> data = ByteString.copyFrom(json.getBinaryValue());
          case ATTRIBUTES -> {
            while (json.nextToken() == JsonToken.FIELD_NAME) {
              attributes.put(json.currentName(), json.nextTextValue());
            }
          }
          default -> json.skipChildren();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "line " + line.number() + " of a file of messages is damaged", e);
    }
    if (id == null || data == null) {
      throw new UncheckedIOException(
          new IOException("line " + line.number() + " of a file of messages is damaged"));
    }
    return new Message(id, attributes, data);
  }

  private static JsonParser parser(LineReader line) throws IOException {
    return Json.parser(line.buffer(), line.start(), line.end());
  }
}
