package io.beambatch.provider.openai;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.provider.BatchProvider;
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
 * OpenAI's Files and Batches API, and those of compatible servers and of the providers that share
 * its requests and results: what is known before the first call, and how to connect.
 */
public final class OpenAiApi implements ProviderApi {
  /** OpenAI's own API. */
  public static final OpenAiApi INSTANCE = new OpenAiApi(Profiles.OPENAI);

  public static final OpenAiApi AZURE = new OpenAiApi(Profiles.AZURE);
  public static final OpenAiApi GROQ = new OpenAiApi(Profiles.GROQ);
  public static final OpenAiApi TOGETHER = new OpenAiApi(Profiles.TOGETHER);
  public static final OpenAiApi DEEPINFRA = new OpenAiApi(Profiles.DEEPINFRA);
  public static final OpenAiApi DOUBLEWORD = new OpenAiApi(Profiles.DOUBLEWORD);
  public static final OpenAiApi MISTRAL = new OpenAiApi(Profiles.MISTRAL);
  public static final OpenAiApi OPENROUTER = new OpenAiApi(Profiles.OPENROUTER);

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
    boolean whole = profile.shape().hasWholeLines();
    String more = whole ? "\"method\":\"POST\",\"url\":\"" + endpoint + "\"," : "";
    return new RequestFrame("custom_id", more, "body", whole);
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
    return profile.shape().basePath();
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
  public BatchProvider connect(
      @Nullable String baseUrl, Map<String, String> headers, Map<String, String> environment)
      throws ProviderSettingsException {
    return profile
        .shape()
        .connect(OpenAiSettings.from(profile, baseUrl, environment).withHeaders(headers));
  }
}
