package io.beambatch;

import com.google.api.gax.rpc.ApiException;
import com.google.cloud.secretmanager.v1.SecretManagerServiceClient;
import com.google.cloud.secretmanager.v1.SecretManagerServiceSettings;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads secrets of Google Cloud's Secret Manager. Each is read once and kept in memory, and nowhere
 * else: not in options, not in the graph, not in logs.
 */
final class Secrets {
  /** The secrets of this process, a worker. */
  static final Secrets OF_THIS_WORKER =
      new Secrets(
          endpoint ->
              SecretManagerServiceClient.create(
                  SecretManagerServiceSettings.newBuilder().setEndpoint(endpoint).build()));

  private static final Pattern VERSION =
      Pattern.compile(
          "(projects/[^/]+/(?:locations/([a-z0-9-]+)/)?secrets/[A-Za-z0-9_-]+)"
              + "/versions/(?:latest|[0-9]+)");

  private final ClientSource clients;
  private final Map<String, String> known = new HashMap<>();

  Secrets(ClientSource clients) {
    this.clients = clients;
  }

  /**
   * Returns a valid version name.
   *
   * @throws IllegalArgumentException if it isn't valid
   */
  static String checked(String version) {
    matched(version);
    return version;
  }

  /** The name of a version's secret. */
  static String withoutVersion(String version) {
    return matched(version).group(1);
  }

  private static Matcher matched(String version) {
    Matcher name = VERSION.matcher(version);
    if (!name.matches()) {
      throw new IllegalArgumentException(
          "'"
              + version
              + "' is not a version of a secret, such as"
              + " projects/my-project/secrets/openai-key/versions/latest, or"
              + " projects/my-project/locations/europe-west1/secrets/openai-key/versions/latest");
    }
    return name;
  }

  /** A regional secret exists only at its region's endpoint. */
  private static String endpoint(String version) {
    String location = matched(version).group(2);
    return location == null
        ? "secretmanager.googleapis.com:443"
        : "secretmanager." + location + ".rep.googleapis.com:443";
  }

  /**
   * A secret's value.
   *
   * @param version such as {@code projects/my-project/secrets/openai-key/versions/latest}
   * @throws IOException if it can't be read from here; says why and what to do
   */
  synchronized String read(String version) throws IOException {
    String value = known.get(version);
    if (value == null) {
      value = fetch(version);
      known.put(version, value);
    }
    return value;
  }

  /**
   * A secret's current value, read again.
   *
   * @throws IOException if it can't be read from here; the known value is kept
   */
  synchronized String readAgain(String version) throws IOException {
    String value = fetch(version);
    known.put(version, value);
    return value;
  }

  private String fetch(String version) throws IOException {
    String value;
    try (SecretManagerServiceClient client = clients.open(endpoint(version))) {
      value = client.accessSecretVersion(version).getPayload().getData().toStringUtf8();
    } catch (ApiException e) {
      throw new IOException(
          "The secret "
              + version
              + " can't be read ("
              + e.getStatusCode().getCode()
              + "); check its name, that the version is enabled, and that this service account has"
              + " the role roles/secretmanager.secretAccessor on it",
          e);
    }
    if (value.isBlank()) {
      throw new IOException(
          "The secret " + version + " is empty; add a version that holds the key");
    }
    return value;
  }

  /** Opens a client for an endpoint. */
  @FunctionalInterface
  interface ClientSource {
    SecretManagerServiceClient open(String endpoint) throws IOException;
  }
}
