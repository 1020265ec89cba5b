package io.beambatch.localserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Lays what is given over what holds otherwise. */
final class FaultsJson {
  private FaultsJson() {}

  static JsonNode over(JsonNode complete, JsonNode given) {
    if (!(given instanceof ObjectNode above) || !(complete instanceof ObjectNode below)) {
      return given;
    }
    ObjectNode result = below.deepCopy();
    above
        .fields()
        .forEachRemaining(
            field ->
                result.set(field.getKey(), over(result.path(field.getKey()), field.getValue())));
    return result;
  }
}
