package io.beambatch.provider.gemini;

import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderSettingsException;
import io.beambatch.provider.Recipient;
import io.beambatch.provider.http.ApiAddress;
import io.beambatch.provider.http.ApiEnvironment;
import io.beambatch.provider.http.ErrorWords;
import io.beambatch.provider.http.Network;
import io.beambatch.provider.http.Retries;
import io.beambatch.provider.http.Timeouts;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import okhttp3.HttpUrl;
import org.apache.beam.sdk.util.FluentBackoff;
import org.jspecify.annotations.Nullable;

/**
 * The address of Gemini's API, and how to call it.
 *
 * @param baseUrl without the version, such as {@code https://generativelanguage.googleapis.com}
 * @param key never shown
 * @param headers additional headers of every call
 */
record GeminiSettings(
    URI baseUrl,
    String key,
    Map<String, String> headers,
    Timeouts timeouts,
    Network network,
    FluentBackoff backoff) {
  static final String KEY = "GEMINI_API_KEY";
  static final String OTHER_KEY = "GOOGLE_API_KEY";
  static final String BASE_URL = "GOOGLE_GEMINI_BASE_URL";
  private static final String DEFAULT_BASE_URL = "https://generativelanguage.googleapis.com";

  /**
   * Reads {@code GOOGLE_API_KEY}, else {@code GEMINI_API_KEY}, and {@code GOOGLE_GEMINI_BASE_URL},
   * as the official SDKs do, and the variables of {@link Network#from}.
   *
   * @param baseUrl takes precedence over the environment; null if the job names none
   * @throws ProviderSettingsException if there is no key, or a value can't be used
   */
  static GeminiSettings from(
      @Nullable String baseUrl, Map<String, String> headers, Map<String, String> environment)
      throws ProviderSettingsException {
    ApiEnvironment values = ApiEnvironment.of(environment);
    String google = values.headerValue(OTHER_KEY);
    String key = google == null ? values.headerValue(KEY) : google;
    if (key == null) {
      throw new ProviderSettingsException(
          "No API key: set the environment variable GEMINI_API_KEY or GOOGLE_API_KEY");
    }
    return new GeminiSettings(
        values.baseUrl(baseUrl, BASE_URL, DEFAULT_BASE_URL),
        key,
        Map.copyOf(headers),
        Timeouts.DEFAULT,
        Network.from(environment),
        Retries.DEFAULT);
  }

  /** The address and the headers of every call. */
  ApiAddress api() {
    Map<String, String> all = new HashMap<>(headers);
    all.put("x-goog-api-key", key);
    return new ApiAddress(
        HttpUrl.get(baseUrl.toString()), all, key, KEY, BASE_URL, GeminiSettings::kind);
  }

  /** Google reports a wrong key with 400, like a bad request. */
  private static ProviderException.@Nullable Kind kind(ErrorWords.Said error) {
    return error.status() == 400 && error.message().startsWith("API key not valid")
        ? ProviderException.Kind.UNAUTHORIZED
        : null;
  }

  /**
   * The account of this key at this address.
   *
   * @param salt of the run
   */
  Recipient recipient(String salt) {
    return Recipient.of(baseUrl, salt, List.of(key), BASE_URL, KEY);
  }

  /** Everything but the key. */
  @Override
  public String toString() {
    return "GeminiSettings[" + baseUrl + "]";
  }
}
