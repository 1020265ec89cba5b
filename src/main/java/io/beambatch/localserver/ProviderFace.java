package io.beambatch.localserver;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import org.jspecify.annotations.Nullable;

/**
 * A provider's API as this server speaks it: its calls, its headers, its way of passing a key. All
 * of them share the same files, batches and faults.
 */
interface ProviderFace {

  /** Returns whether a path belongs to it. */
  boolean has(String path);

  /** The format of its batches and errors. */
  BatchFormat format();

  /** Sets the headers of every reply. */
  default void begin(Context call, String requestId) {
    call.header("x-request-id", requestId);
  }

  /**
   * The key of a call.
   *
   * @throws ApiException if there is none, or another header is missing
   */
  String key(Context call) throws ApiException;

  /**
   * The key in a header such as {@code Authorization: Bearer KEY}.
   *
   * @param header its value, or null if the call has none
   * @param missing the error if there is no key in it
   */
  static String bearer(@Nullable String header, ApiError missing) throws ApiException {
    String prefix = "Bearer ";
    if (header == null || !header.startsWith(prefix) || header.length() == prefix.length()) {
      throw new ApiException(missing);
    }
    return header.substring(prefix.length());
  }

  /** The error for a wrong key. */
  ApiError wrongKey();

  /** Registers its calls. */
  void route(Routes routes);

  /** Registers calls. */
  @FunctionalInterface
  interface Routes {
    /**
     * Registers one call.
     *
     * @param name of the call, for faults and statistics; the same in all APIs
     */
    void add(HandlerType method, String path, String name, Handler handler);
  }
}
