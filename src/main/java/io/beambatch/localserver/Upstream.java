package io.beambatch.localserver;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * A real-time server that answers the requests of batches instead of simple rules: anything that
 * speaks OpenAI's API, such as Ollama, vLLM or llama.cpp.
 *
 * @param baseUrl such as {@code http://localhost:11434/v1}
 * @param concurrency the maximum number of concurrent requests, of all batches
 * @param key sent as a bearer token, or null if it needs none; never shown
 */
public record Upstream(URI baseUrl, int concurrency, @Nullable String key) {

  public Upstream {
    String scheme = String.valueOf(baseUrl.getScheme());
    if (baseUrl.getHost() == null || !(scheme.equals("http") || scheme.equals("https"))) {
      throw new IllegalArgumentException(
          "the upstream must be a URL such as http://localhost:11434/v1, not " + baseUrl);
    }
    if (concurrency < 1) {
      throw new IllegalArgumentException("concurrency must be at least 1, not " + concurrency);
    }
  }

  /** Shows everything but the key. */
  @Override
  public String toString() {
    return "Upstream[" + baseUrl + ", concurrency=" + concurrency + "]";
  }
}
