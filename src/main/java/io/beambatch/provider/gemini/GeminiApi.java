package io.beambatch.provider.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.provider.Capabilities;
import io.beambatch.provider.Endpoint;
import io.beambatch.provider.ProviderApi;
import io.beambatch.provider.ProviderSettingsException;
import io.beambatch.provider.Recipient;
import io.beambatch.provider.RequestFrame;
import io.beambatch.provider.ResultFormat;
import io.beambatch.provider.Sleeper;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The batch mode of Gemini's developer API: what is known of it before it is called, and how to
 * connect.
 */
public final class GeminiApi implements ProviderApi {
  /** The only instance. */
  public static final GeminiApi INSTANCE = new GeminiApi();

  /** Google publishes no limit on the requests of a batch; this many are known to be accepted. */
  private static final int MOST_REQUESTS = 50_000;

  private static final Capabilities CAPABILITIES =
      new Capabilities(
          "gemini",
          Capabilities.Creation.UPLOADED_FILE,
          Capabilities.OrphanSearch.DISPLAY_NAME,
          new Capabilities.Limits(MOST_REQUESTS, 2L << 30),
          Pattern.compile("[A-Za-z0-9_-]{1,64}"),
          Capabilities.QueueUnit.TOKENS,
          Duration.ofDays(2),
          Duration.ofDays(2),
          Duration.ofSeconds(30),
          true,
          false,
          new BigDecimal("0.5"));

  private GeminiApi() {}

  @Override
  public Capabilities capabilities() {
    return CAPABILITIES;
  }

  @Override
  public List<? extends Endpoint> endpoints() {
    return List.of(GeminiEndpoint.values());
  }

  @Override
  public Endpoint endpoint(String path) {
    return GeminiEndpoint.of(path);
  }

  @Override
  public RequestFrame frame(String endpoint) {
    return new RequestFrame("key", "", "request", false);
  }

  @Override
  public ResultFormat results(Endpoint endpoint, JsonNode body, @Nullable String pointer) {
    return new GeminiResultFormat(GeminiEndpoint.of(endpoint.path()), body, pointer);
  }

  @Override
  public String keyVariable() {
    return GeminiSettings.KEY;
  }

  @Override
  public List<String> keyVariables() {
    return List.of(GeminiSettings.KEY, GeminiSettings.OTHER_KEY);
  }

  @Override
  public String baseUrlVariable() {
    return GeminiSettings.BASE_URL;
  }

  @Override
  public String basePath() {
    return "";
  }

  @Override
  public URI address(@Nullable String baseUrl, Map<String, String> environment)
      throws ProviderSettingsException {
    return GeminiSettings.from(baseUrl, Map.of(), environment).baseUrl();
  }

  @Override
  public Recipient recipient(@Nullable String baseUrl, Map<String, String> environment, String salt)
      throws ProviderSettingsException {
    return GeminiSettings.from(baseUrl, Map.of(), environment).recipient(salt);
  }

  @Override
  public GeminiProvider connect(
      @Nullable String baseUrl, Map<String, String> headers, Map<String, String> environment)
      throws ProviderSettingsException {
    return new GeminiProvider(
        GeminiSettings.from(baseUrl, headers, environment), Clock.systemUTC(), Sleeper.SYSTEM);
  }
}
