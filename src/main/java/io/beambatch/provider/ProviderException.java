package io.beambatch.provider;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A permanent failure of a call to the provider. The message names the call, the status, the
 * provider's code and message, and the request id; never a key or a document's contents.
 */
public final class ProviderException extends Exception {

  /** What can be done about it. */
  public enum Kind {
    /** 401, and 403 without a specific code: the key is wrong or lacks a permission; stop. */
    UNAUTHORIZED,
    /** 403 with a specific code, such as {@code unsupported_country_region_territory}; stop. */
    FORBIDDEN,
    /** 429 {@code insufficient_quota}: waiting does not help; stop. */
    INSUFFICIENT_QUOTA,
    /** The creation was refused because of what is in flight, not because of the request; wait. */
    NO_ROOM,
    /** 404. */
    NOT_FOUND,
    /** 400 "Cannot find file": an upload that isn't visible yet; retry. */
    FILE_NOT_READY,
    /** 409. */
    CONFLICT,
    /** Any other 4xx: the request itself is wrong. */
    INVALID_REQUEST,
    /** 408, 429, 5xx: the provider refused, and did nothing; retry later. */
    UNAVAILABLE,
    /** No reply, or an incomplete one: it is unknown whether the call was carried out. */
    NO_REPLY
  }

  private final Kind kind;
  private final ReplyHead head;

  public ProviderException(Kind kind, ReplyHead head, String message) {
    this(kind, head, message, null);
  }

  /**
   * @param cause an exception of our own; never one that quotes the provider
   */
  public ProviderException(Kind kind, ReplyHead head, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.head = head;
  }

  /** The same exception with a longer message. */
  public ProviderException adding(String more) {
    return new ProviderException(kind, head, getMessage() + more, getCause());
  }

  public Kind kind() {
    return kind;
  }

  /** The HTTP status, or 0 if there was no reply. */
  public int status() {
    return head.status();
  }

  /** The provider's error code, such as {@code invalid_api_key}, or null. */
  public @Nullable String code() {
    return head.code();
  }

  /** The provider's id of the call, or null. */
  public @Nullable String requestId() {
    return head.requestId();
  }

  /** How long the provider asks to wait before a retry, or null. */
  public @Nullable Duration retryAfter() {
    return head.retryAfter();
  }
}
