package io.beambatch.provider.http;

import io.beambatch.provider.ProviderSettingsException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads keys and addresses from environment variables, and reports unusable ones without showing a
 * key. Empty variables count as not set. {@code BEAMBATCH_ALLOWED_HOSTS} lists the hosts that may
 * be called at all; {@code BEAMBATCH_ALLOW_HTTP=true} permits hosts other than this machine without
 * TLS.
 */
public final class ApiEnvironment {
  private static final String ALLOW_HTTP = "BEAMBATCH_ALLOW_HTTP";
  private static final String ALLOWED_HOSTS = "BEAMBATCH_ALLOWED_HOSTS";

  private final Map<String, String> values;

  private ApiEnvironment(Map<String, String> values) {
    this.values = values;
  }

  /** Reads these variables. */
  public static ApiEnvironment of(Map<String, String> values) {
    return new ApiEnvironment(values);
  }

  /** The variables that restrict which hosts may be called, and how. */
  public static Map<String, String> rules(Map<String, String> environment) {
    Map<String, String> rules = new HashMap<>(environment);
    rules.keySet().retainAll(Set.of(ALLOW_HTTP, ALLOWED_HOSTS));
    return rules;
  }

  /** The value of a variable for use in a header, such as a key; null if it is not set. */
  public @Nullable String headerValue(String name) throws ProviderSettingsException {
    String value = values.getOrDefault(name, "").strip();
    // The HTTP client would reject such a value too, but quote it in its message.
    if (!value.chars().allMatch(c -> c > ' ' && c < 127)) {
      throw new ProviderSettingsException(
          name + " contains spaces, line breaks or non-ASCII characters: set it again");
    }
    return value.isEmpty() ? null : value;
  }

  /**
   * The URL of an API.
   *
   * @param fromJob takes precedence over the environment; null if the job names none
   * @param variable the environment variable of another base URL
   * @param own the provider's own base URL, which also shows the form in messages
   */
  public URI baseUrl(@Nullable String fromJob, String variable, String own)
      throws ProviderSettingsException {
    if (fromJob != null && !fromJob.isBlank()) {
      return parse("request.base_url", fromJob, own);
    }
    String fromEnvironment = values.getOrDefault(variable, "");
    return fromEnvironment.isBlank()
        ? parse("The default base URL", own, own)
        : parse(variable, fromEnvironment, own);
  }

  private URI parse(String name, String value, String model) throws ProviderSettingsException {
    String text = value.strip().replaceAll("/+(?=$|\\?)", "");
    String wanted = "; write it as in " + model;
    // The text before an @ may be a password, so such values are never shown.
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
          name + " has a query other than ?api-version=…, which is not supported" + wanted);
    }
    checkHost(name, uri);
    return uri;
  }

  /**
   * Documents and the key go to this host: it must use TLS, and be one that the environment allows.
   */
  private void checkHost(String name, URI uri) throws ProviderSettingsException {
    if (uri.getScheme().equalsIgnoreCase("http")
        && !Network.isLoopback(uri.getHost().toLowerCase(Locale.ROOT))
        && !values.getOrDefault(ALLOW_HTTP, "").strip().equals("true")) {
      throw new ProviderSettingsException(
          name
              + " begins with http://, so anyone on the network could read the key and the"
              + " documents: '"
              + uri
              + "'; use https, or set "
              + ALLOW_HTTP
              + "=true where the network is your own");
    }
    String allowed = values.getOrDefault(ALLOWED_HOSTS, "");
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
