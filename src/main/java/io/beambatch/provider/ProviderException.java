package io.beambatch.provider;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A call to the provider failed for good. The message names the call, the status, the provider's
 * code and message, and the request id; never a key, never a document's contents.
 */
public final class ProviderException extends Exception {

  /** What can be done about it. */
  public enum Kind {
    /** 401, and 403 without a reason of its own: the key is wrong or lacks a right; stop. */
    UNAUTHORIZED,
    /** 403 with a reason of its own, such as {@code unsupported_country_region_territory}; stop. */
    FORBIDDEN,
    /** 429 {@code insufficient_quota}: waiting does not help; stop. */
    INSUFFICIENT_QUOTA,
    /** A creation is refused for what is under way, and not for what was asked; wait. */
    NO_ROOM,
    /** 404. */
    NOT_FOUND,
    /** 400 "Cannot find file": an upload that isn't visible yet; try again. */
    FILE_NOT_READY,
    /** 409. */
    CONFLICT,
    /** Any other 4xx: the request itself is wrong. */
    INVALID_REQUEST,
    /** 408, 429, 5xx: the provider said no, nothing was done; try again later. */
    UNAVAILABLE,
    /** No reply, or half of one: whether the call was carried out is unknown. */
    NO_REPLY
  }

  private final Kind kind;
  private final ReplyHead head;

  public ProviderException(Kind kind, ReplyHead head, String message) {
    this(kind, head, message, null);
  }

  /**
   * @param cause of our own making; never one that quotes the provider
   */
  public ProviderException(Kind kind, ReplyHead head, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.head = head;
  }

  /** The same, with more to say. */
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

  /** The provider's name for the call, or null. */
  public @Nullable String requestId() {
    return head.requestId();
  }

  /** How long the provider asks to wait before the next try, or null. */
  public @Nullable Duration retryAfter() {
    return head.retryAfter();
  }
}
