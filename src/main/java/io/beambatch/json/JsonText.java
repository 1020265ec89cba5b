package io.beambatch.json;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Builds a JSON object of given fields. */
public final class JsonText {
  private static final JsonStringEncoder ENCODER = JsonStringEncoder.getInstance();

  private final StringBuilder text = new StringBuilder("{");

  /** Adds a text, or null. */
  public JsonText put(String field, @Nullable String value) {
    name(field);
    if (value == null) {
      text.append("null");
    } else {
      quote(value);
    }
    return this;
  }

  /** Adds an array of texts. */
  public JsonText put(String field, List<String> values) {
    name(field).append('[');
    for (int i = 0; i < values.size(); i++) {
      text.append(i == 0 ? "" : ",");
      quote(values.get(i));
    }
    text.append(']');
    return this;
  }

  private void quote(String value) {
    text.append('"');
    ENCODER.quoteAsString(value, text);
    text.append('"');
  }

  /** Adds a number. */
  public JsonText put(String field, long value) {
    name(field).append(value);
    return this;
  }

  /** Adds an object. */
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

  /** Returns whether nothing was added. */
  public boolean isEmpty() {
    return text.length() == 1;
  }

  /** Another object with these fields appended; it must end with its closing brace. */
  public String behind(String object) {
    int close = object.length() - 1;
    boolean first = object.substring(object.indexOf('{') + 1, close).isBlank();
    return object.substring(0, close) + (first ? "" : ",") + text.substring(1) + "}";
  }

  /** The object. */
  public String build() {
    return text + "}";
  }
}
