package io.beambatch.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.provider.Capabilities;
import io.beambatch.provider.openai.OpenAiProvider;
import java.io.Serializable;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is asked about each document.
 *
 * @param provider whose API is called
 * @param baseUrl of a compatible server, or null for the environment's or the provider's own
 * @param headers sent with every call to the provider; never with a key in them
 * @param endpoint such as {@code /v1/chat/completions}
 * @param model the model's name; goes into every request body as {@code model}
 * @param body the request body, with {@code {{field}}} in any string; without {@code model}
 */
public record RequestSpec(
    Provider provider,
    @Nullable String baseUrl,
    Map<String, String> headers,
    String endpoint,
    String model,
    ObjectNode body)
    implements Serializable {

  /** A request without headers of its own. */
  public RequestSpec(
      Provider provider, @Nullable String baseUrl, String endpoint, String model, ObjectNode body) {
    this(provider, baseUrl, Map.of(), endpoint, model, body);
  }

  public RequestSpec {
    headers = Collections.unmodifiableMap(new TreeMap<>(headers));
  }

  /** The provider APIs that are known. */
  @SuppressWarnings("ImmutableEnumChecker") // a record of values and a pattern is immutable
  public enum Provider {
    OPENAI(OpenAiProvider.CAPABILITIES);

    private final Capabilities capabilities;

    Provider(Capabilities capabilities) {
      this.capabilities = capabilities;
    }

    /** What it can do, and what it allows. */
    public Capabilities capabilities() {
      return capabilities;
    }
  }
}
