package io.beambatch.provider.openai;

import io.beambatch.provider.ProviderSettingsException;
import io.beambatch.provider.Recipient;
import io.beambatch.provider.Sleeper;
import io.beambatch.provider.http.ApiAddress;
import io.beambatch.provider.http.ApiEnvironment;
import io.beambatch.provider.http.Network;
import io.beambatch.provider.http.ProviderCalls;
import io.beambatch.provider.http.Retries;
import io.beambatch.provider.http.Timeouts;
import java.net.URI;
import java.time.Clock;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import okhttp3.HttpUrl;
import org.apache.beam.sdk.util.FluentBackoff;
import org.jspecify.annotations.Nullable;

/**
 * The address of OpenAI's API, or of a compatible one, and how to call it.
 *
 * @param profile what is particular to the provider
 * @param baseUrl without a trailing slash, such as {@code https://api.openai.com/v1}
 * @param key never shown
 * @param organization sent as {@code OpenAI-Organization}, or null
 * @param project sent as {@code OpenAI-Project}, or null
 * @param headers additional headers of every call
 */
record OpenAiSettings(
    Profile profile,
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

  OpenAiSettings(
      URI baseUrl,
      String key,
      @Nullable String organization,
      @Nullable String project,
      Map<String, String> headers,
      Timeouts timeouts,
      Network network,
      FluentBackoff backoff) {
    this(Profiles.OPENAI, baseUrl, key, organization, project, headers, timeouts, network, backoff);
  }

  /**
   * Reads {@code OPENAI_API_KEY}, {@code OPENAI_BASE_URL}, {@code OPENAI_ORG_ID} and {@code
   * OPENAI_PROJECT_ID}, as the official SDKs do, and the variables of {@link Network#from}. Empty
   * ones count as not set.
   *
   * @param baseUrl takes precedence over {@code OPENAI_BASE_URL}; null if the job names none
   * @throws ProviderSettingsException if there is no key, or a value can't be used
   */
  static OpenAiSettings from(@Nullable String baseUrl, Map<String, String> environment)
      throws ProviderSettingsException {
    return from(Profiles.OPENAI, baseUrl, environment);
  }

  /**
   * Reads the settings of another provider from the variables of its profile. A base URL without a
   * path gets the path of the provider's own.
   */
  static OpenAiSettings from(
      Profile profile, @Nullable String baseUrl, Map<String, String> environment)
      throws ProviderSettingsException {
    boolean own = profile.equals(Profiles.OPENAI);
    ApiEnvironment values = ApiEnvironment.of(environment);
    String variable = profile.variables().key();
    String key = values.headerValue(variable);
    if (key == null) {
      throw new ProviderSettingsException(
          "No API key: set the environment variable "
              + variable
              + (own ? " (for a compatible server that takes any key, to any word)" : ""));
    }
    URI address = values.baseUrl(baseUrl, profile.variables().baseUrl(), profile.baseUrl());
    if (address.getHost().startsWith("RESOURCE.")) {
      throw new ProviderSettingsException(
          "No address: set the environment variable "
              + profile.variables().baseUrl()
              + " or request.base_url; write it as in "
              + profile.baseUrl());
    }
    return new OpenAiSettings(
        profile,
        own || !address.getPath().isEmpty() ? address : address.resolve(path(profile)),
        key,
        own ? values.headerValue("OPENAI_ORG_ID") : null,
        own ? values.headerValue("OPENAI_PROJECT_ID") : null,
        Map.of(),
        Timeouts.DEFAULT,
        Network.from(environment),
        Retries.DEFAULT);
  }

  private static String path(Profile profile) {
    return URI.create(profile.baseUrl()).getPath();
  }

  OpenAiSettings withHeaders(Map<String, String> more) {
    return new OpenAiSettings(
        profile, baseUrl, key, organization, project, Map.copyOf(more), timeouts, network, backoff);
  }

  /** Returns whether it is Azure, which takes the key in a header of its own. */
  boolean azure() {
    return baseUrl.getHost().toLowerCase(Locale.ROOT).endsWith(".openai.azure.com");
  }

  /** The address and the headers of every call. */
  ApiAddress api() {
    Map<String, String> all = new HashMap<>(headers);
    String header = azure() ? Profiles.AZURE.keyHeader() : profile.keyHeader();
    all.put(header, header.equals("Authorization") ? "Bearer " + key : key);
    if (organization != null) {
      all.put("OpenAI-Organization", organization);
    }
    if (project != null) {
      all.put("OpenAI-Project", project);
    }
    return new ApiAddress(
        HttpUrl.get(baseUrl.toString()),
        all,
        key,
        profile.variables().key(),
        profile.variables().baseUrl(),
        ErrorCodes::ofCall);
  }

  /**
   * The calls to this address.
   *
   * @param clock for delays until a date
   * @param sleeper waits between tries
   */
  ProviderCalls calls(Clock clock, Sleeper sleeper) {
    return new ProviderCalls(
        api(), new ProviderCalls.Connection(timeouts, network), backoff, clock, sleeper);
  }

  /**
   * The account of this key at this address.
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
