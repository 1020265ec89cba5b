package io.beambatch.provider.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.provider.Capabilities;
import io.beambatch.provider.Endpoint;
import io.beambatch.provider.ProviderApi;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderSettingsException;
import io.beambatch.provider.Recipient;
import io.beambatch.provider.RequestFrame;
import io.beambatch.provider.ResultFormat;
import io.beambatch.provider.Sleeper;
import io.beambatch.provider.http.ApiAddress;
import io.beambatch.provider.http.ApiEnvironment;
import io.beambatch.provider.http.ErrorWords;
import io.beambatch.provider.http.Network;
import io.beambatch.provider.http.ProviderCalls;
import io.beambatch.provider.http.Retries;
import io.beambatch.provider.http.Timeouts;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/** Anthropic's Message Batches API: what is known of it before it is called, and how to connect. */
public final class AnthropicApi implements ProviderApi {
  /** Anthropic's own API. */
  public static final AnthropicApi INSTANCE = new AnthropicApi();

  /** As documented; the documentation doesn't say how many bytes a megabyte has. */
  static final Capabilities CAPABILITIES =
      new Capabilities(
          "anthropic",
          Capabilities.Creation.REQUESTS,
          Capabilities.OrphanSearch.COUNT,
          new Capabilities.Limits(100_000, 256_000_000 - 1_024),
          Pattern.compile("[A-Za-z0-9_-]{1,64}"),
          Capabilities.QueueUnit.REQUESTS,
          Duration.ofHours(24),
          Duration.ofDays(29),
          // Anthropic's SDKs wait ten minutes for a reply; a body that has arrived may still be
          // accepted.
          Duration.ofMinutes(12),
          false,
          true,
          new BigDecimal("0.5"));

  private static final String KEY = "ANTHROPIC_API_KEY";
  private static final String BASE_URL = "ANTHROPIC_BASE_URL";
  private static final String DEFAULT_BASE_URL = "https://api.anthropic.com";
  private static final String VERSION_HEADER = "anthropic-version";
  private static final String VERSION = "2023-06-01";

  private AnthropicApi() {}

  @Override
  public Capabilities capabilities() {
    return CAPABILITIES;
  }

  @Override
  public List<? extends Endpoint> endpoints() {
    return List.of(Messages.ENDPOINT);
  }

  @Override
  public Endpoint endpoint(String path) {
    return Messages.ENDPOINT;
  }

  @Override
  public RequestFrame frame(String endpoint) {
    return new RequestFrame("custom_id", "", "params", true);
  }

  @Override
  public ResultFormat results(Endpoint endpoint, JsonNode body, @Nullable String pointer) {
    return new MessageResults(pointer);
  }

  @Override
  public String keyVariable() {
    return KEY;
  }

  @Override
  public String baseUrlVariable() {
    return BASE_URL;
  }

  @Override
  public String basePath() {
    return "";
  }

  @Override
  public URI address(@Nullable String baseUrl, Map<String, String> environment)
      throws ProviderSettingsException {
    key(environment);
    return ApiEnvironment.of(environment).baseUrl(baseUrl, BASE_URL, DEFAULT_BASE_URL);
  }

  @Override
  public Recipient recipient(@Nullable String baseUrl, Map<String, String> environment, String salt)
      throws ProviderSettingsException {
    return Recipient.of(
        address(baseUrl, environment), salt, List.of(key(environment)), BASE_URL, KEY);
  }

  @Override
  public AnthropicBatches connect(
      @Nullable String baseUrl, Map<String, String> headers, Map<String, String> environment)
      throws ProviderSettingsException {
    return connect(api(baseUrl, headers, environment), Network.from(environment), Sleeper.SYSTEM);
  }

  static AnthropicBatches connect(ApiAddress api, Network network, Sleeper sleeper) {
    Clock clock = Clock.systemUTC();
    ProviderCalls.Connection connection = new ProviderCalls.Connection(Timeouts.DEFAULT, network);
    return new AnthropicBatches(
        api, new ProviderCalls(api, connection, Retries.DEFAULT, clock, sleeper), clock);
  }

  /** The address and the headers of every call; the job's own headers may name a version. */
  ApiAddress api(
      @Nullable String baseUrl, Map<String, String> headers, Map<String, String> environment)
      throws ProviderSettingsException {
    String key = key(environment);
    Map<String, String> all = new HashMap<>();
    if (headers.keySet().stream().noneMatch(VERSION_HEADER::equalsIgnoreCase)) {
      all.put(VERSION_HEADER, VERSION);
    }
    all.putAll(headers);
    all.put("x-api-key", key);
    HttpUrl url = HttpUrl.get(address(baseUrl, environment).toString());
    return new ApiAddress(url, all, key, KEY, BASE_URL, AnthropicApi::kind);
  }

  /** Anthropic reports an account without credit with 400, like a bad request. */
  private static ProviderException.@Nullable Kind kind(ErrorWords.Said error) {
    return error.status() == 400 && MessageResults.isOutOfFunds(error.type(), error.message())
        ? ProviderException.Kind.INSUFFICIENT_QUOTA
        : null;
  }

  private static String key(Map<String, String> environment) throws ProviderSettingsException {
    String key = ApiEnvironment.of(environment).headerValue(KEY);
    if (key == null) {
      throw new ProviderSettingsException("No API key: set the environment variable " + KEY);
    }
    return key;
  }
}
