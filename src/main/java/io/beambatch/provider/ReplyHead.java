package io.beambatch.provider;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The parts of an unsuccessful reply besides its message. {@link ProviderException} carries them.
 *
 * @param status the HTTP status, or 0 if there was no reply
 * @param code the provider's error code, such as {@code invalid_api_key}, or null
 * @param requestId the provider's id of the call, or null
 * @param retryAfter how long the provider asks to wait before a retry, or null
 */
public record ReplyHead(
    int status, @Nullable String code, @Nullable String requestId, @Nullable Duration retryAfter) {

  /** There was no reply. */
  public static final ReplyHead NONE = of(0);

  /** A reply with only a status. */
  public static ReplyHead of(int status) {
    return new ReplyHead(status, null, null, null);
  }
}
