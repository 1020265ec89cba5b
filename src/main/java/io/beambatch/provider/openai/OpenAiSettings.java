package io.beambatch.provider.openai;

import io.beambatch.provider.ProviderSettingsException;
import io.beambatch.provider.Recipient;
import io.beambatch.provider.http.ApiAddress;
import io.beambatch.provider.http.Network;
import io.beambatch.provider.http.Retries;
import io.beambatch.provider.http.Timeouts;
import java.net.URI;
import java.net.URISyntaxException;
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
  private static final String ALLOW_HTTP = "BEAMBATCH_ALLOW_HTTP";
  private static final String ALLOWED_HOSTS = "BEAMBATCH_ALLOWED_HOSTS";
  private static final String DEFAULT_BASE_URL = "https://api.openai.com/v1";

  /**
   * Reads {@code OPENAI_API_KEY}, {@code OPENAI_BASE_URL}, {@code OPENAI_ORG_ID} and {@code
   * OPENAI_PROJECT_ID}, as the official SDKs do, and what {@link Network#from} reads. Empty ones
   * count as not set. {@code BEAMBATCH_ALLOWED_HOSTS} lists the hosts that may be named at all,
   * {@code BEAMBATCH_ALLOW_HTTP=true} allows others than this machine without TLS.
   *
   * @param baseUrl goes before {@code OPENAI_BASE_URL}; null if the job names none
   * @throws ProviderSettingsException if there is no key, or a value can't be used
   */
  public static OpenAiSettings from(@Nullable String baseUrl, Map<String, String> environment)
      throws ProviderSettingsException {
    String key = headerValue("OPENAI_API_KEY", environment);
    if (key == null) {
      throw new ProviderSettingsException(
          "No API key: set the environment variable OPENAI_API_KEY (for a compatible server that"
              + " takes any key, to any word)");
    }
    return new OpenAiSettings(
        baseUrl(baseUrl, environment),
        key,
        headerValue("OPENAI_ORG_ID", environment),
        headerValue("OPENAI_PROJECT_ID", environment),
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
    return new ApiAddress(
        HttpUrl.get(baseUrl.toString()), all, key, "OPENAI_API_KEY", "OPENAI_BASE_URL");
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

  private static @Nullable String headerValue(String name, Map<String, String> environment)
      throws ProviderSettingsException {
    String value = environment.getOrDefault(name, "").strip();
    // The HTTP client would refuse such a value too, but show it in its message.
    if (!value.chars().allMatch(c -> c > ' ' && c < 127)) {
      throw new ProviderSettingsException(
          name + " has spaces, line breaks or characters that are not ASCII in it: set it anew");
    }
    return value.isEmpty() ? null : value;
  }

  private static URI baseUrl(@Nullable String fromJob, Map<String, String> environment)
      throws ProviderSettingsException {
    if (fromJob != null && !fromJob.isBlank()) {
      return parse("request.base_url", fromJob, environment);
    }
    String fromEnvironment = environment.getOrDefault("OPENAI_BASE_URL", "");
    return fromEnvironment.isBlank()
        ? parse("The default base URL", DEFAULT_BASE_URL, environment)
        : parse("OPENAI_BASE_URL", fromEnvironment, environment);
  }

  private static URI parse(String name, String value, Map<String, String> environment)
      throws ProviderSettingsException {
    String text = value.strip().replaceAll("/+(?=$|\\?)", "");
    String wanted = "; write it as in " + DEFAULT_BASE_URL;
    // What stands before an @ may be a password, so that such values are never shown.
    if (text.contains("@")) {
      throw new ProviderSettingsException(
          name + " has a user or password in it, which is not supported" + wanted);
    }
    if (!text.contains("://")) {
      throw new ProviderSettingsException(
          name + " has no scheme: '" + text + "'; write https://" + text);
    }
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw new ProviderSettingsException(
          name + " is not a URL: '" + text + "' (" + e.getReason() + ")" + wanted);
    }
    String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
    if (!scheme.equals("https") && !scheme.equals("http")) {
      throw new ProviderSettingsException(
          name + " is neither http nor https: '" + text + "'" + wanted);
    }
    if (uri.getHost() == null) {
      throw new ProviderSettingsException(name + " has no valid host: '" + text + "'" + wanted);
    }
    if (uri.getRawFragment() != null) {
      throw new ProviderSettingsException(
          name + " has a '#' in it, which is not supported" + wanted);
    }
    if (uri.getRawQuery() != null && !uri.getRawQuery().matches("api-version=[\\w.-]+")) {
      throw new ProviderSettingsException(
          name
              + " has something else than ?api-version=… after the path, which is not supported"
              + wanted);
    }
    checkHost(name, uri, environment);
    return uri;
  }

  /**
   * Documents and the key go to this host: not in the clear, and not to one that whoever runs this
   * has ruled out.
   */
  private static void checkHost(String name, URI uri, Map<String, String> environment)
      throws ProviderSettingsException {
    if (uri.getScheme().equalsIgnoreCase("http")
        && !Network.isLoopback(uri.getHost().toLowerCase(Locale.ROOT))
        && !environment.getOrDefault(ALLOW_HTTP, "").strip().equals("true")) {
      throw new ProviderSettingsException(
          name
              + " begins with http://, so that anybody on the way could read the key and the"
              + " documents: '"
              + uri
              + "'; use https, or set "
              + ALLOW_HTTP
              + "=true where the network is your own");
    }
    String allowed = environment.getOrDefault(ALLOWED_HOSTS, "");
    if (!allowed.isBlank() && !Network.isListed(uri.getHost(), uri.getPort(), allowed)) {
      throw new ProviderSettingsException(
          name
              + " names the host "
              + uri.getHost()
              + ", which is not among those that "
              + ALLOWED_HOSTS
              + " allows ("
              + allowed.strip()
              + "): nothing was sent");
    }
  }
}
