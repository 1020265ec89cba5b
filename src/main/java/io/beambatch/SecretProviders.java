package io.beambatch;

import io.beambatch.job.Inference;
import io.beambatch.job.RequestSpec;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.ProviderFactory;
import io.beambatch.provider.ProviderSettingsException;
import io.beambatch.provider.Recipient;
import io.beambatch.provider.SafeText;
import io.beambatch.provider.http.ApiEnvironment;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connects to a provider with a key from Google Cloud's Secret Manager. Each worker reads the
 * secret when it needs it; only the secret's name is in the graph. The worker's environment is not
 * read.
 *
 * <pre>{@code
 * BatchInference.of(inference)
 *     .withProviders(
 *         SecretProviders.of(inference, "projects/my-project/secrets/openai-key/versions/latest"));
 * }</pre>
 *
 * <p>If the provider refuses the key, the secret is read again before anything fails, so that a key
 * may be rotated while pipelines run: add a version to the secret, and disable the old key when the
 * new one works. A new key in the same secret counts as the same account.
 */
public final class SecretProviders implements ProviderFactory {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(SecretProviders.class);

  private final RequestSpec request;
  private final String secret;

  private final Map<String, String> rules;

  private SecretProviders(RequestSpec request, String secret, Map<String, String> rules) {
    this.request = request;
    this.secret = secret;
    this.rules = Map.copyOf(rules);
  }

  /**
   * The provider of an inference.
   *
   * @param secret the version that holds the key, such as {@code
   *     projects/my-project/secrets/openai-key/versions/latest}, or of a regional secret {@code
   *     projects/my-project/locations/europe-west1/secrets/openai-key/versions/latest}
   */
  public static SecretProviders of(Inference inference, String secret) {
    return new SecretProviders(inference.request(), Secrets.checked(secret), Map.of());
  }

  /**
   * A copy that is called only if an environment allows its host: {@code BEAMBATCH_ALLOWED_HOSTS}
   * and {@code BEAMBATCH_ALLOW_HTTP} are passed to the workers, and nothing else of the
   * environment. An address that the job file names is logged before anything is sent there.
   *
   * @param environment of the process that launches
   * @throws ProviderSettingsException if the provider may not be called
   */
  public SecretProviders keepingTo(Map<String, String> environment)
      throws ProviderSettingsException {
    SecretProviders kept = new SecretProviders(request, secret, ApiEnvironment.rules(environment));
    String named = request.baseUrl();
    // Checks only the address; the workers read the key.
    request.provider().api().address(named, kept.with("unread"));
    if (named != null) {
      LOG.warn(
          "the key and the documents go to {}, which the job file names (request.base_url)",
          SafeText.line(named));
    }
    return kept;
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
    Map<String, String> environment = new HashMap<>(rules);
    environment.put(request.provider().api().keyVariable(), key);
    return environment;
  }
}
