package io.beambatch.provider.openai;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.provider.Capabilities;
import io.beambatch.provider.Endpoint;
import io.beambatch.provider.ProviderApi;
import io.beambatch.provider.ProviderSettingsException;
import io.beambatch.provider.Recipient;
import io.beambatch.provider.RequestFrame;
import io.beambatch.provider.ResultFormat;
import io.beambatch.provider.Sleeper;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * OpenRouter's batches: created of their requests, found again by nothing but how many these are,
 * with results in pages.
 */
public final class OpenRouterApi implements ProviderApi {
  /** The one that there is. */
  public static final OpenRouterApi INSTANCE = new OpenRouterApi();

  private static final Profile PROFILE = Profiles.OPENROUTER;

  private OpenRouterApi() {}

  @Override
  public Capabilities capabilities() {
    return PROFILE.capabilities();
  }

  @Override
  public List<? extends Endpoint> endpoints() {
    return PROFILE.endpoints();
  }

  @Override
  public Endpoint endpoint(String path) {
    return OpenAiEndpoint.of(path);
  }

  @Override
  public RequestFrame frame(String endpoint) {
    return new RequestFrame("custom_id", "", "body", false);
  }

  @Override
  public ResultFormat results(Endpoint endpoint, JsonNode body, @Nullable String pointer) {
    return new OpenAiResultFormat(OpenAiEndpoint.of(endpoint.path()), body, pointer);
  }

  @Override
  public String keyVariable() {
    return PROFILE.variables().key();
  }

  @Override
  public String baseUrlVariable() {
    return PROFILE.variables().baseUrl();
  }

  @Override
  public String basePath() {
    return "/api/v1";
  }

  @Override
  public URI address(@Nullable String baseUrl, Map<String, String> environment)
      throws ProviderSettingsException {
    return OpenAiSettings.from(PROFILE, baseUrl, environment).baseUrl();
  }

  @Override
  public Recipient recipient(@Nullable String baseUrl, Map<String, String> environment, String salt)
      throws ProviderSettingsException {
    return OpenAiSettings.from(PROFILE, baseUrl, environment).recipient(salt);
  }

  @Override
  public OpenRouterProvider connect(
      @Nullable String baseUrl, Map<String, String> headers, Map<String, String> environment)
      throws ProviderSettingsException {
    return new OpenRouterProvider(
        OpenAiSettings.from(PROFILE, baseUrl, environment).withHeaders(headers),
        Clock.systemUTC(),
        Sleeper.SYSTEM);
  }
}
