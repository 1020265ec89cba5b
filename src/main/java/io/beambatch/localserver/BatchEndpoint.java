package io.beambatch.localserver;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The endpoints that a batch can be for, as far as this server answers them. */
enum BatchEndpoint {
  CHAT("/v1/chat/completions"),
  RESPONSES("/v1/responses"),
  EMBEDDINGS("/v1/embeddings"),
  COMPLETIONS("/v1/completions"),
  MODERATIONS("/v1/moderations");

  private final String path;

  BatchEndpoint(String path) {
    this.path = path;
  }

  String path() {
    return path;
  }

  static @Nullable BatchEndpoint of(String path) {
    for (BatchEndpoint endpoint : values()) {
      if (endpoint.path.equals(path)) {
        return endpoint;
      }
    }
    return null;
  }

  /** All of them, as error messages list them. */
  static String list() {
    return Arrays.stream(values())
        .map(endpoint -> "'" + endpoint.path + "'")
        .collect(Collectors.joining(", "));
  }
}
