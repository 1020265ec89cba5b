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

/** OpenAI's Files and Batches API, and any server that is compatible with it. */
public final class OpenAiApi implements ProviderApi {
  /** OpenAI's own. */
  public static final OpenAiApi INSTANCE = new OpenAiApi();

  private OpenAiApi() {}

  @Override
  public Capabilities capabilities() {
    return OpenAiProvider.CAPABILITIES;
  }

  @Override
  public List<? extends Endpoint> endpoints() {
    return OpenAiEndpoint.named();
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
    return OpenAiSettings.KEY;
  }

  @Override
  public String baseUrlVariable() {
    return OpenAiSettings.BASE_URL;
  }

  @Override
  public String basePath() {
    return "/v1";
  }

  @Override
  public URI address(@Nullable String baseUrl, Map<String, String> environment)
      throws ProviderSettingsException {
    return OpenAiSettings.from(baseUrl, environment).baseUrl();
  }

  @Override
  public Recipient recipient(@Nullable String baseUrl, Map<String, String> environment, String salt)
      throws ProviderSettingsException {
    return OpenAiSettings.from(baseUrl, environment).recipient(salt);
  }

  @Override
  public OpenAiProvider connect(
      @Nullable String baseUrl, Map<String, String> headers, Map<String, String> environment)
      throws ProviderSettingsException {
    return OpenAiProvider.connect(baseUrl, headers, environment);
  }
}
