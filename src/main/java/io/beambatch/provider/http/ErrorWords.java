package io.beambatch.provider.http;

import io.beambatch.provider.ProviderException.Kind;
import org.jspecify.annotations.Nullable;

/** What a provider's own codes and words for errors mean, where the HTTP status doesn't tell. */
@FunctionalInterface
public interface ErrorWords {

  /** What can be done about an error; null if its status tells. */
  @Nullable Kind kind(Said error);

  /**
   * An error as a reply has it.
   *
   * @param status the HTTP status
   * @param code or null
   * @param type or null
   * @param message empty if there is none
   */
  record Said(int status, @Nullable String code, @Nullable String type, String message) {}
}
