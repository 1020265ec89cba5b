package io.beambatch.document;

import com.fasterxml.jackson.core.io.JsonStringEncoder;

/** Builds a JSON object of given fields. */
final class JsonText {
  private static final JsonStringEncoder ENCODER = JsonStringEncoder.getInstance();

  private final StringBuilder text = new StringBuilder("{");

  JsonText put(String field, String value) {
    name(field).append('"');
    ENCODER.quoteAsString(value, text);
    text.append('"');
    return this;
  }

  JsonText put(String field, long value) {
    name(field).append(value);
    return this;
  }

  JsonText put(String field, JsonText object) {
    name(field).append(object.build());
    return this;
  }

  private StringBuilder name(String field) {
    if (text.length() > 1) {
      text.append(',');
    }
    text.append('"');
    ENCODER.quoteAsString(field, text);
    return text.append("\":");
  }

  String build() {
    return text + "}";
  }
}
