package io.beambatch.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * What is asked about each document.
 *
 * @param provider the API to speak
 * @param baseUrl of a compatible server, or null for the environment's or the provider's own
 * @param endpoint such as {@code /v1/chat/completions}
 * @param model the model's name; goes into every request body as {@code model}
 * @param body the request body, with {@code {{field}}} in any string; without {@code model}
 */
public record RequestSpec(
    Provider provider, @Nullable String baseUrl, String endpoint, String model, ObjectNode body)
    implements Serializable {

  /** The APIs that can be spoken. */
  public enum Provider {
    OPENAI
  }
}
