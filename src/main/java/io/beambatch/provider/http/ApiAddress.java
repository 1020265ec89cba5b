package io.beambatch.provider.http;

import java.util.Map;
import okhttp3.HttpUrl;

/**
 * Where a provider's API is, and what every call to it carries.
 *
 * @param baseUrl a query in it, such as {@code api-version}, goes along with every call
 * @param headers of every call, with the key
 * @param key never shown
 * @param keyVariable the environment variable that the key comes from, for messages
 * @param baseUrlVariable the environment variable that names another base URL, for messages
 * @param errors what the provider's own words for errors mean
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

  /** Shows neither the key nor the headers, nor the query. */
  @Override
  public String toString() {
    return "ApiAddress[" + baseUrl.newBuilder().query(null) + "]";
  }
}
