package io.beambatch.template;

import io.beambatch.job.Job;
import io.beambatch.job.RequestSpec;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.ProviderFactory;
import io.beambatch.provider.ProviderSettingsException;
import io.beambatch.provider.Recipient;
import io.beambatch.provider.openai.OpenAiProvider;
import io.beambatch.provider.openai.OpenAiSettings;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Opens a provider with the key that a secret holds. Each worker reads the secret when it needs it;
 * only the secret's name is in the graph. The worker's environment is not read.
 *
 * @param baseUrl of the job, or null for the provider's own
 * @param headers of the job, sent with every call
 * @param secret the secret's version
 */
record SecretProviders(@Nullable String baseUrl, Map<String, String> headers, String secret)
    implements ProviderFactory {

  SecretProviders {
    headers = Map.copyOf(headers);
  }

  /** The providers of a job, with the key that the options name. */
  static SecretProviders of(Job job, TemplateOptions options) {
    RequestSpec request = job.inference().request();
    return new SecretProviders(request.baseUrl(), request.headers(), options.getApiKeySecret());
  }

  @Override
  public BatchProvider open() {
    try {
      return OpenAiProvider.connect(baseUrl, headers, environment());
    } catch (IOException | ProviderSettingsException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  @Override
  public Recipient recipient(String salt) {
    try {
      return OpenAiSettings.from(baseUrl, environment()).recipient(salt);
    } catch (IOException | ProviderSettingsException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  private Map<String, String> environment() throws IOException {
    return Map.of("OPENAI_API_KEY", Secrets.OF_THIS_WORKER.read(secret));
  }
}
