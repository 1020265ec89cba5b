package io.beambatch.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.provider.Endpoint;
import io.beambatch.provider.Prompt;
import java.math.BigDecimal;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code request.prompt}, the short form of a request for all providers, and renders it into
 * the body of the job's endpoint.
 */
final class PromptSection {
  private static final BigDecimal HOTTEST = BigDecimal.valueOf(2);

  private PromptSection() {}

  /**
   * Reads the section.
   *
   * @param file the job file; a schema's relative path starts at its folder
   * @return the body; null if a problem was reported
   */
  static @Nullable ObjectNode read(Section section, Endpoint endpoint, String file) {
    String user = section.requiredText("user", "what is asked about each document, with {{field}}");
    Prompt prompt =
        new Prompt(
            section.text("system", "what the model is told about its task"),
            user,
            maxTokens(section),
            temperature(section),
            schema(section, file));
    if (user.isEmpty()) {
      return null;
    }
    ObjectNode body = endpoint.body(prompt);
    if (body == null) {
      section.problem("user", "can't be asked at " + endpoint.path() + "; write request.body");
    }
    return body;
  }

  private static @Nullable Integer maxTokens(Section section) {
    long most = section.number("max_tokens", 1, Integer.MAX_VALUE, 0);
    return most == 0 ? null : (int) most;
  }

  private static @Nullable BigDecimal temperature(Section section) {
    Optional<YamlValue> value = section.value("temperature");
    if (value.isEmpty()) {
      return null;
    }
    JsonNode number = value.get().toJson();
    if (number.isNumber()
        && number.decimalValue().signum() >= 0
        && number.decimalValue().compareTo(HOTTEST) <= 0) {
      return number.decimalValue();
    }
    section.problem("temperature", "must be a number from 0 to 2, but was " + value.get().found());
    return null;
  }

  private static @Nullable JsonNode schema(Section section, String file) {
    JsonNode schema = ResultSection.schema(section, file);
    if (schema != null && schema.toString().contains("{{")) {
      section.problem("schema", "can't have a template in it; write request.body for that");
    }
    return schema;
  }
}
