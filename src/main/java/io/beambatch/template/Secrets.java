package io.beambatch.template;

import com.google.api.gax.rpc.ApiException;
import com.google.cloud.secretmanager.v1.SecretManagerServiceClient;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * Secrets of Google Cloud's Secret Manager. Each is read once and kept in memory, and nowhere else:
 * not in options, not in the graph, not in logs.
 */
final class Secrets {
  /** Those of this process, a worker. */
  static final Secrets OF_THIS_WORKER = new Secrets(SecretManagerServiceClient::create);

  private final ClientSource clients;
  private final Map<String, String> known = new HashMap<>();

  Secrets(ClientSource clients) {
    this.clients = clients;
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

  private String fetch(String version) throws IOException {
    String value;
    try (SecretManagerServiceClient client = clients.open()) {
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

  /** Opens a client. */
  @FunctionalInterface
  interface ClientSource {
    SecretManagerServiceClient open() throws IOException;
  }
}
