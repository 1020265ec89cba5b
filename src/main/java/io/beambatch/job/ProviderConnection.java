package io.beambatch.job;

import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.ProviderFactory;
import io.beambatch.provider.ProviderSettingsException;
import io.beambatch.provider.Recipient;
import java.net.URI;
import java.util.Map;

/**
 * Connects to a job's provider on workers. It reads the key from the worker's environment, so that
 * the key is never in the graph. This is the only place that decides where documents are sent.
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
   * The API that the job names, or else the environment of this process. A missing key is reported
   * here, not on a worker.
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
