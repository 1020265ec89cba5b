package io.beambatch.provider.http;

import java.util.Map;
import okhttp3.HttpUrl;

/**
 * The address of a provider's API, and what every call to it carries. {@link HttpCalls} sends the
 * calls.
 *
 * @param baseUrl its query, such as {@code api-version}, is part of every call
 * @param headers of every call, including the key
 * @param key never shown
 * @param keyVariable the environment variable of the key, for messages
 * @param baseUrlVariable the environment variable of the base URL, for messages
 * @param errors interprets the provider's own error codes
 */
public record ApiAddress(
    HttpUrl baseUrl,
    Map<String, String> headers,
    String key,
    String keyVariable,
    String baseUrlVariable,
    ErrorWords errors) {

  public ApiAddress {
    headers = Map.copyOf(headers);
  }

  /** Shows neither the key nor the headers nor the query. */
  @Override
  public String toString() {
    return "ApiAddress[" + baseUrl.newBuilder().query(null) + "]";
  }
}
