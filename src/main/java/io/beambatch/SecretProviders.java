package io.beambatch;

import io.beambatch.job.Inference;
import io.beambatch.job.RequestSpec;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.ProviderFactory;
import io.beambatch.provider.ProviderSettingsException;
import io.beambatch.provider.Recipient;
import java.io.IOException;
import java.util.Map;

/**
 * Opens a provider with the key that a secret of Google Cloud's Secret Manager holds. Each worker
 * reads the secret when it needs it; only the secret's name is in the graph. The worker's
 * environment is not read.
 *
 * <pre>{@code
 * BatchInference.of(inference)
 *     .withProviders(
 *         SecretProviders.of(inference, "projects/my-project/secrets/openai-key/versions/latest"));
 * }</pre>
 *
 * <p>A key that the provider refuses is read again before anything is given up, so that a key may
 * be renewed while pipelines run: add a version to the secret, and disable the old key when the new
 * one works. A renewed key of the same secret counts as the same account.
 */
public final class SecretProviders implements ProviderFactory {
  private final RequestSpec request;
  private final String secret;

  private SecretProviders(RequestSpec request, String secret) {
    this.request = request;
    this.secret = secret;
  }

  /**
   * The provider that an inference names.
   *
   * @param secret the version that holds the key, such as {@code
   *     projects/my-project/secrets/openai-key/versions/latest}, or of a regional secret {@code
   *     projects/my-project/locations/europe-west1/secrets/openai-key/versions/latest}
   */
  public static SecretProviders of(Inference inference, String secret) {
    return new SecretProviders(inference.request(), Secrets.checked(secret));
  }

  @Override
  public BatchProvider open() {
    try {
      return new RenewingProvider(Secrets.OF_THIS_WORKER, secret, this::connect);
    } catch (IOException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  private BatchProvider connect(String key) {
    try {
      return request.provider().api().connect(request.baseUrl(), request.headers(), with(key));
    } catch (ProviderSettingsException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  @Override
  public Recipient recipient(String salt) {
    try {
      return request
          .provider()
          .api()
          .recipient(request.baseUrl(), with(Secrets.OF_THIS_WORKER.read(secret)), salt)
          .keptIn(Secrets.withoutVersion(secret), salt);
    } catch (IOException | ProviderSettingsException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  private Map<String, String> with(String key) {
    return Map.of(request.provider().api().keyVariable(), key);
  }
}
