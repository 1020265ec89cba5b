package io.beambatch.provider.openai;

import io.beambatch.provider.ProviderSettingsException;
import io.beambatch.provider.Recipient;
import io.beambatch.provider.http.ApiAddress;
import io.beambatch.provider.http.ApiEnvironment;
import io.beambatch.provider.http.Network;
import io.beambatch.provider.http.Retries;
import io.beambatch.provider.http.Timeouts;
import java.net.URI;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import okhttp3.HttpUrl;
import org.apache.beam.sdk.util.FluentBackoff;
import org.jspecify.annotations.Nullable;

/**
 * Where OpenAI's API, or a compatible one, is, and how to call it.
 *
 * @param baseUrl without a slash at the end, such as {@code https://api.openai.com/v1}
 * @param key never shown
 * @param organization sent as {@code OpenAI-Organization}, or null
 * @param project sent as {@code OpenAI-Project}, or null
 * @param headers sent with every call besides
 */
public record OpenAiSettings(
    URI baseUrl,
    String key,
    @Nullable String organization,
    @Nullable String project,
    Map<String, String> headers,
    Timeouts timeouts,
    Network network,
    FluentBackoff backoff) {
  static final String KEY = "OPENAI_API_KEY";
  static final String BASE_URL = "OPENAI_BASE_URL";
  private static final String DEFAULT_BASE_URL = "https://api.openai.com/v1";

  /**
   * Reads {@code OPENAI_API_KEY}, {@code OPENAI_BASE_URL}, {@code OPENAI_ORG_ID} and {@code
   * OPENAI_PROJECT_ID}, as the official SDKs do, and what {@link Network#from} reads. Empty ones
   * count as not set.
   *
   * @param baseUrl goes before {@code OPENAI_BASE_URL}; null if the job names none
   * @throws ProviderSettingsException if there is no key, or a value can't be used
   */
  public static OpenAiSettings from(@Nullable String baseUrl, Map<String, String> environment)
      throws ProviderSettingsException {
    ApiEnvironment values = ApiEnvironment.of(environment);
    String key = values.headerValue(KEY);
    if (key == null) {
      throw new ProviderSettingsException(
          "No API key: set the environment variable OPENAI_API_KEY (for a compatible server that"
              + " takes any key, to any word)");
    }
    return new OpenAiSettings(
        values.baseUrl(baseUrl, BASE_URL, DEFAULT_BASE_URL),
        key,
        values.headerValue("OPENAI_ORG_ID"),
        values.headerValue("OPENAI_PROJECT_ID"),
        Map.of(),
        Timeouts.DEFAULT,
        Network.from(environment),
        Retries.DEFAULT);
  }

  OpenAiSettings withHeaders(Map<String, String> more) {
    return new OpenAiSettings(
        baseUrl, key, organization, project, Map.copyOf(more), timeouts, network, backoff);
  }

  /** Azure takes the key in a header of its own. */
  boolean azure() {
    return baseUrl.getHost().toLowerCase(Locale.ROOT).endsWith(".openai.azure.com");
  }

  /** The address, with the headers that every call carries. */
  ApiAddress api() {
    Map<String, String> all = new HashMap<>(headers);
    if (azure()) {
      all.put("api-key", key);
    } else {
      all.put("Authorization", "Bearer " + key);
    }
    if (organization != null) {
      all.put("OpenAI-Organization", organization);
    }
    if (project != null) {
      all.put("OpenAI-Project", project);
    }
    return new ApiAddress(HttpUrl.get(baseUrl.toString()), all, key, KEY, BASE_URL);
  }

  /**
   * Who answers at this address to this key.
   *
   * @param salt of the run
   */
  public Recipient recipient(String salt) {
    ApiAddress api = api();
    return Recipient.of(
        baseUrl,
        salt,
        Arrays.asList(key, organization, project),
        api.baseUrlVariable(),
        api.keyVariable());
  }

  /** Everything but the key. */
  @Override
  public String toString() {
    return "OpenAiSettings[" + baseUrl + "]";
  }
}
