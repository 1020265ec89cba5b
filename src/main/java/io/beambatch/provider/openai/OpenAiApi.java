package io.beambatch.provider.openai;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.provider.Capabilities;
import io.beambatch.provider.Endpoint;
import io.beambatch.provider.ProviderApi;
import io.beambatch.provider.ProviderSettingsException;
import io.beambatch.provider.Recipient;
import io.beambatch.provider.RequestFrame;
import io.beambatch.provider.ResultFormat;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * OpenAI's Files and Batches API: OpenAI's own, which stands for any compatible server, too, and
 * those of the providers that have one of the same shape.
 */
public final class OpenAiApi implements ProviderApi {
  /** OpenAI's own. */
  public static final OpenAiApi INSTANCE = new OpenAiApi(Profiles.OPENAI);

  public static final OpenAiApi AZURE = new OpenAiApi(Profiles.AZURE);
  public static final OpenAiApi GROQ = new OpenAiApi(Profiles.GROQ);
  public static final OpenAiApi TOGETHER = new OpenAiApi(Profiles.TOGETHER);
  public static final OpenAiApi DEEPINFRA = new OpenAiApi(Profiles.DEEPINFRA);
  public static final OpenAiApi DOUBLEWORD = new OpenAiApi(Profiles.DOUBLEWORD);

  private final Profile profile;

  private OpenAiApi(Profile profile) {
    this.profile = profile;
  }

  @Override
  public Capabilities capabilities() {
    return profile.capabilities();
  }

  @Override
  public List<? extends Endpoint> endpoints() {
    return profile.endpoints();
  }

  @Override
  public Endpoint endpoint(String path) {
    return OpenAiEndpoint.of(path);
  }

  @Override
  public RequestFrame frame(String endpoint) {
    return new RequestFrame(
        "custom_id", "\"method\":\"POST\",\"url\":\"" + endpoint + "\",", "body", true);
  }

  @Override
  public ResultFormat results(Endpoint endpoint, JsonNode body, @Nullable String pointer) {
    return new OpenAiResultFormat(OpenAiEndpoint.of(endpoint.path()), body, pointer);
  }

  @Override
  public String keyVariable() {
    return profile.variables().key();
  }

  @Override
  public String baseUrlVariable() {
    return profile.variables().baseUrl();
  }

  @Override
  public String basePath() {
    return "/v1";
  }

  @Override
  public URI address(@Nullable String baseUrl, Map<String, String> environment)
      throws ProviderSettingsException {
    return OpenAiSettings.from(profile, baseUrl, environment).baseUrl();
  }

  @Override
  public Recipient recipient(@Nullable String baseUrl, Map<String, String> environment, String salt)
      throws ProviderSettingsException {
    return OpenAiSettings.from(profile, baseUrl, environment).recipient(salt);
  }

  @Override
  public OpenAiProvider connect(
      @Nullable String baseUrl, Map<String, String> headers, Map<String, String> environment)
      throws ProviderSettingsException {
    return OpenAiProvider.connect(profile, baseUrl, headers, environment);
  }
}
