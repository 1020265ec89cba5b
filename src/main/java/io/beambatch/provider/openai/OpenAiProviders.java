package io.beambatch.provider.openai;

import io.beambatch.provider.ProviderFactory;
import io.beambatch.provider.ProviderSettingsException;
import io.beambatch.provider.Recipient;
import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Opens OpenAI's API, or one like it, on workers. It takes the key from the environment of the
 * worker, so that it never travels. Where documents are sent to is said here and nowhere else.
 */
public record OpenAiProviders(URI baseUrl, Map<String, String> headers) implements ProviderFactory {

  public OpenAiProviders {
    headers = Map.copyOf(headers);
  }

  /**
   * The API that the job, else the environment here, names; a missing key shows here, not later.
   *
   * @param baseUrl of the job, or null
   * @param headers of the job, sent with every call
   */
  public static OpenAiProviders fromEnvironment(
      @Nullable String baseUrl, Map<String, String> headers) throws ProviderSettingsException {
    return new OpenAiProviders(OpenAiSettings.from(baseUrl, System.getenv()).baseUrl(), headers);
  }

  @Override
  public OpenAiProvider open() {
    try {
      return OpenAiProvider.connect(baseUrl.toString(), headers, System.getenv());
    } catch (ProviderSettingsException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  @Override
  public Recipient recipient(String salt) {
    try {
      return OpenAiSettings.from(baseUrl.toString(), System.getenv()).recipient(salt);
    } catch (ProviderSettingsException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }
}
