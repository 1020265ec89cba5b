package io.beambatch.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.provider.SafeText;
import java.util.List;
import java.util.Map;

/** A value of a job file that knows where it was written. Immutable. */
sealed interface YamlValue {

  Origin origin();

  /** The value as JSON, without origins. */
  JsonNode toJson();

  /** A description that ends a message: "…, but was …". */
  String found();

  /** Returns whether it means "not given": {@code key:} or {@code key: null}. */
  default boolean isNull() {
    return false;
  }

  /**
   * A text, a number, true, false, or nothing.
   *
   * @param json the value in JSON
   * @param text the value as written, without quotes
   */
  record Scalar(Origin origin, JsonNode json, String text) implements YamlValue {
    private static final int SHOWN = 60;

    @Override
    public JsonNode toJson() {
      return json;
    }

    @Override
    public boolean isNull() {
      return json.isNull();
    }

    @Override
    public String found() {
      if (json.isNull()) {
        return "empty";
      }
      return json.isTextual() ? "the text '" + shown(text) + "'" : shown(text);
    }

    /** The text on one line, shortened if it is long. */
    static String shown(String text) {
      StringBuilder shown = new StringBuilder();
      String keyless = SafeText.withoutKeys(text);
      keyless
          .codePoints()
          .limit(SHOWN)
          .forEach(
              c -> {
                if (c == '\n') {
                  shown.append("\\n");
                } else if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
                  shown.append(String.format("\\u%04x", c));
                } else {
                  shown.appendCodePoint(c);
                }
              });
      return keyless.codePoints().skip(SHOWN).findAny().isPresent()
          ? shown.append('…').toString()
          : shown.toString();
    }
  }

  /** Items in the file's order. */
  record Sequence(Origin origin, List<YamlValue> items) implements YamlValue {
    @Override
    public JsonNode toJson() {
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      items.forEach(item -> array.add(item.toJson()));
      return array;
    }

    @Override
    public String found() {
      return "a list";
    }
  }

  /** Entries in the file's order. */
  record Mapping(Origin origin, Map<String, Entry> entries) implements YamlValue {
    @Override
    public ObjectNode toJson() {
      ObjectNode object = JsonNodeFactory.instance.objectNode();
      entries.forEach((key, entry) -> object.set(key, entry.value().toJson()));
      return object;
    }

    @Override
    public String found() {
      return "a mapping (key: value)";
    }
  }

  /** A mapping's value, and where its key was written. */
  record Entry(Origin key, YamlValue value) {}
}
