package io.beambatch.job;

import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.ProviderFactory;
import io.beambatch.provider.ProviderSettingsException;
import io.beambatch.provider.Recipient;
import java.net.URI;
import java.util.Map;

/**
 * Opens the provider that a job names, on workers. It takes the key from the environment of the
 * worker, so that it never travels. Where documents are sent to is said here and nowhere else.
 *
 * @param baseUrl of the API
 * @param headers of the job, sent with every call
 */
public record ProviderConnection(
    RequestSpec.Provider provider, URI baseUrl, Map<String, String> headers)
    implements ProviderFactory {

  public ProviderConnection {
    headers = Map.copyOf(headers);
  }

  /**
   * The API that the job, else the environment here, names; a missing key shows here, not later.
   *
   * @throws ProviderSettingsException if there is no key, or a value can't be used
   */
  public static ProviderConnection fromEnvironment(RequestSpec request)
      throws ProviderSettingsException {
    URI address = request.provider().api().address(request.baseUrl(), System.getenv());
    return new ProviderConnection(request.provider(), address, request.headers());
  }

  @Override
  public BatchProvider open() {
    try {
      return provider.api().connect(baseUrl.toString(), headers, System.getenv());
    } catch (ProviderSettingsException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  @Override
  public Recipient recipient(String salt) {
    try {
      return provider.api().recipient(baseUrl.toString(), System.getenv(), salt);
    } catch (ProviderSettingsException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }
}
