package io.beambatch.template;

import io.beambatch.job.Job;
import io.beambatch.job.RequestSpec;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.ProviderFactory;
import io.beambatch.provider.ProviderSettingsException;
import io.beambatch.provider.Recipient;
import java.io.IOException;
import java.util.Map;

/**
 * Opens a provider with the key that a secret holds. Each worker reads the secret when it needs it;
 * only the secret's name is in the graph. The worker's environment is not read.
 *
 * @param request of the job: which provider, where, and with which headers
 * @param secret the secret's version
 */
record SecretProviders(RequestSpec request, String secret) implements ProviderFactory {

  /** The providers of a job, with the key that the options name. */
  static SecretProviders of(Job job, TemplateOptions options) {
    return new SecretProviders(job.inference().request(), options.getApiKeySecret());
  }

  @Override
  public BatchProvider open() {
    try {
      return request.provider().api().connect(request.baseUrl(), request.headers(), environment());
    } catch (IOException | ProviderSettingsException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  @Override
  public Recipient recipient(String salt) {
    try {
      return request.provider().api().recipient(request.baseUrl(), environment(), salt);
    } catch (IOException | ProviderSettingsException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  private Map<String, String> environment() throws IOException {
    return Map.of(request.provider().api().keyVariable(), Secrets.OF_THIS_WORKER.read(secret));
  }
}
