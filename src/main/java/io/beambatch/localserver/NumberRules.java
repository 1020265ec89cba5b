package io.beambatch.localserver;

import com.fasterxml.jackson.databind.JsonNode;

/** Creates numbers that fit a JSON schema. */
final class NumberRules {
  private NumberRules() {}

  static double integer(JsonNode schema, TextFacts facts, int index) {
    double step = Math.max(1, Math.rint(schema.path("multipleOf").asDouble(1)));
    double least = Math.ceil(least(schema, 1));
    double most = Math.floor(most(schema, 1));
    return fit(found(facts, least, most, index), least, most, step);
  }

  static double number(JsonNode schema, TextFacts facts, int index) {
    double step = schema.path("multipleOf").asDouble(0);
    double gap =
        schema.has("exclusiveMinimum") && schema.has("exclusiveMaximum")
            ? (schema.get("exclusiveMaximum").asDouble()
                    - schema.get("exclusiveMinimum").asDouble())
                / 4
            : 0.5;
    double least = least(schema, gap);
    double most = most(schema, gap);
    return fit(found(facts, least, most, index), least, most, step);
  }

  private static double found(TextFacts facts, double least, double most, int index) {
    Double number = facts.number(least, most);
    return number == null ? index : number;
  }

  private static double fit(double value, double least, double most, double step) {
    double inside = Math.max(least, Math.min(most, value));
    if (step <= 0) {
      return inside;
    }
    double down = Math.floor(inside / step) * step;
    return down < least ? down + step : down;
  }

  /**
   * @param gap the distance to keep from an exclusive bound
   */
  private static double least(JsonNode schema, double gap) {
    JsonNode bound = schema.path("exclusiveMinimum");
    double exclusive = bound.isNumber() ? bound.asDouble() + gap : -Double.MAX_VALUE;
    return Math.max(exclusive, schema.path("minimum").asDouble(-Double.MAX_VALUE));
  }

  private static double most(JsonNode schema, double gap) {
    JsonNode bound = schema.path("exclusiveMaximum");
    double exclusive = bound.isNumber() ? bound.asDouble() - gap : Double.MAX_VALUE;
    return Math.min(exclusive, schema.path("maximum").asDouble(Double.MAX_VALUE));
  }
}
