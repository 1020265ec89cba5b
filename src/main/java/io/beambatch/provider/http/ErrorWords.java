package io.beambatch.provider.http;

import io.beambatch.provider.ProviderException.Kind;
import org.jspecify.annotations.Nullable;

/** Interprets a provider's own error codes and messages, where the HTTP status is not enough. */
@FunctionalInterface
public interface ErrorWords {

  /** What can be done about an error; null if its status decides. */
  @Nullable Kind kind(Said error);

  /**
   * An error in a reply.
   *
   * @param status the HTTP status
   * @param code or null
   * @param type or null
   * @param message empty if there is none
   */
  record Said(int status, @Nullable String code, @Nullable String type, String message) {}
}
