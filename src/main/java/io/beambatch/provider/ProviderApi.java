package io.beambatch.provider;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that is known of a provider before it is called, and the way to call it. There is one object
 * for each word that {@code request.provider} knows; whoever reads a job, writes requests, reads
 * results or connects asks it, and knows no provider.
 *
 * <p>{@link Capabilities} say what it can do and what it allows; {@link Endpoint}s what request
 * bodies look like; {@link RequestFrame} and {@link ResultFormat} how a line of requests and of
 * results is written; {@link BatchProvider} is the connection.
 */
public interface ProviderApi {

  /** What it can do, and what it allows. */
  Capabilities capabilities();

  /** The endpoints that a job may name, the default first. */
  List<? extends Endpoint> endpoints();

  /** The endpoint of a path, whatever stands before it. */
  Endpoint endpoint(String path);

  /** How a request to an endpoint is written as a line. */
  RequestFrame frame(String endpoint);

  /**
   * How the results of an endpoint are read.
   *
   * @param body of all requests, with placeholders in it
   * @param pointer into the response, to what is taken as the answer; null for the endpoint's own
   *     place
   */
  ResultFormat results(Endpoint endpoint, JsonNode body, @Nullable String pointer);

  /** The environment variable that the key comes from, as the provider's own SDK reads it. */
  String keyVariable();

  /** The environment variable that names another base URL, as the provider's own SDK reads it. */
  String baseUrlVariable();

  /** What base URLs end in, such as {@code /v1}; empty if they are without the version. */
  String basePath();

  /**
   * Where the API is: what the job names, else the environment, else the provider's own.
   *
   * @param baseUrl of the job, or null
   * @throws ProviderSettingsException if there is no key, or a value can't be used
   */
  URI address(@Nullable String baseUrl, Map<String, String> environment)
      throws ProviderSettingsException;

  /**
   * Who answers there to the key of the environment; takes no call.
   *
   * @param baseUrl of the job, or null
   * @param salt of the run
   * @throws ProviderSettingsException if there is no key, or a value can't be used
   */
  Recipient recipient(@Nullable String baseUrl, Map<String, String> environment, String salt)
      throws ProviderSettingsException;

  /**
   * Connects, with the key of the environment; the caller closes the connection. It calls nothing.
   *
   * @param baseUrl of the job, or null
   * @param headers of the job, sent with every call
   * @throws ProviderSettingsException if there is no key, or a value can't be used
   */
  BatchProvider connect(
      @Nullable String baseUrl, Map<String, String> headers, Map<String, String> environment)
      throws ProviderSettingsException;
}
