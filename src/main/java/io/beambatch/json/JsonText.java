package io.beambatch.json;

import com.fasterxml.jackson.core.io.JsonStringEncoder;

/** Builds a JSON object of given fields. */
public final class JsonText {
  private static final JsonStringEncoder ENCODER = JsonStringEncoder.getInstance();

  private final StringBuilder text = new StringBuilder("{");

  public JsonText put(String field, String value) {
    name(field).append('"');
    ENCODER.quoteAsString(value, text);
    text.append('"');
    return this;
  }

  public JsonText put(String field, long value) {
    name(field).append(value);
    return this;
  }

  public JsonText put(String field, JsonText object) {
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

  public String build() {
    return text + "}";
  }
}
