package io.beambatch.provider;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a provider before it is called, and the way to connect to it. Each value of
 * {@code request.provider} has one instance. Code that reads jobs, writes requests or reads results
 * depends on this interface, never on a particular provider.
 *
 * <p>{@link Capabilities} describes what it can do and its limits; {@link Endpoint} the request
 * bodies; {@link RequestFrame} and {@link ResultFormat} the lines of requests and results; {@link
 * BatchProvider} is the connection.
 */
public interface ProviderApi {

  /** What the provider can do, and its limits. */
  Capabilities capabilities();

  /** The endpoints that a job may name, the default first. */
  List<? extends Endpoint> endpoints();

  /** The endpoint of a path, whatever prefix it has. */
  Endpoint endpoint(String path);

  /** How a request to an endpoint is written as a line. */
  RequestFrame frame(String endpoint);

  /**
   * How the results of an endpoint are read.
   *
   * @param body the body of all requests, with placeholders
   * @param pointer into the response, to the value that is taken as the answer; null for the
   *     endpoint's own place
   */
  ResultFormat results(Endpoint endpoint, JsonNode body, @Nullable String pointer);

  /** The environment variable of the key, as in the provider's own SDK. */
  String keyVariable();

  /** All environment variables that the key may be in. */
  default List<String> keyVariables() {
    return List.of(keyVariable());
  }

  /** The environment variable of the base URL, as in the provider's own SDK. */
  String baseUrlVariable();

  /** The path at the end of base URLs, such as {@code /v1}; empty if they have no version. */
  String basePath();

  /**
   * The URL of the API: the job's, else the environment's, else the provider's own.
   *
   * @param baseUrl the job's, or null
   * @throws ProviderSettingsException if there is no key, or a value can't be used
   */
  URI address(@Nullable String baseUrl, Map<String, String> environment)
      throws ProviderSettingsException;

  /**
   * The server and account that these settings lead to. It makes no call.
   *
   * @param baseUrl the job's, or null
   * @param salt of the run
   * @throws ProviderSettingsException if there is no key, or a value can't be used
   */
  Recipient recipient(@Nullable String baseUrl, Map<String, String> environment, String salt)
      throws ProviderSettingsException;

  /**
   * Connects with the key of the environment; the caller closes the connection. It makes no call.
   *
   * @param baseUrl the job's, or null
   * @param headers the job's, sent with every call
   * @throws ProviderSettingsException if there is no key, or a value can't be used
   */
  BatchProvider connect(
      @Nullable String baseUrl, Map<String, String> headers, Map<String, String> environment)
      throws ProviderSettingsException;
}
