package io.beambatch.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.provider.Capabilities;
import io.beambatch.provider.Endpoint;
import io.beambatch.provider.ProviderApi;
import io.beambatch.provider.RequestFrame;
import io.beambatch.provider.anthropic.AnthropicApi;
import io.beambatch.provider.gemini.GeminiApi;
import io.beambatch.provider.openai.OpenAiApi;
import io.beambatch.reuse.Fingerprinter;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is asked about each document: the section {@code request} of the job file.
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

  /** What is known of the endpoint. */
  public Endpoint target() {
    return provider.api().endpoint(endpoint);
  }

  /** How a request is written as a line of a batch. */
  public RequestFrame frame() {
    return provider.api().frame(endpoint);
  }

  /**
   * Whether the same request is meant to be answered the same each time: it asks for no text, or
   * for a temperature of 0.
   */
  public boolean isDeterministic() {
    if (!target().writesText()) {
      return true;
    }
    return Stream.of("/temperature", "/generationConfig/temperature")
        .map(body::at)
        .anyMatch(temperature -> temperature.isNumber() && temperature.doubleValue() == 0);
  }

  /** Takes the fingerprints of requests like this one: they are the same if these are. */
  public Fingerprinter fingerprinter() {
    List<String> asked = new ArrayList<>();
    asked.addAll(List.of(provider.name(), baseUrl == null ? "" : baseUrl, endpoint, model));
    // Some switch features of the provider on.
    headers.forEach((name, value) -> asked.add(name + ": " + value));
    return new Fingerprinter(asked);
  }

  /** The provider APIs that are known. */
  @SuppressWarnings("ImmutableEnumChecker") // what is known of a provider never changes
  public enum Provider {
    OPENAI(OpenAiApi.INSTANCE),
    ANTHROPIC(AnthropicApi.INSTANCE),
    GEMINI(GeminiApi.INSTANCE),
    MISTRAL(OpenAiApi.MISTRAL),
    AZURE(OpenAiApi.AZURE),
    GROQ(OpenAiApi.GROQ),
    TOGETHER(OpenAiApi.TOGETHER),
    DEEPINFRA(OpenAiApi.DEEPINFRA),
    DOUBLEWORD(OpenAiApi.DOUBLEWORD),
    OPENROUTER(OpenAiApi.OPENROUTER);

    private final ProviderApi api;

    Provider(ProviderApi api) {
      this.api = api;
    }

    /** All that is known of it, and the way to call it. */
    public ProviderApi api() {
      return api;
    }

    /** The word in job files, such as {@code openai}. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** What it can do, and what it allows. */
    public Capabilities capabilities() {
      return api.capabilities();
    }
  }
}
