package io.beambatch.provider.http;

import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import javax.net.ssl.SSLException;
import okhttp3.HttpUrl;

/** Explains why a connection to a provider failed, with the address and what to check. */
final class ConnectionFaults {
  private ConnectionFaults() {}

  /**
   * Returns the end of a sentence, such as {@code can't connect to 127.0.0.1:8080 (…); check …}.
   */
  static String reason(Throwable failure, HttpUrl url, ApiAddress api, Duration connectTimeout) {
    String address = url.host() + ":" + url.port();
    String check =
        "; check the base URL (request.base_url or "
            + api.baseUrlVariable()
            + "), the network, and HTTPS_PROXY and HTTP_PROXY if they are set";
    String message = String.valueOf(failure.getMessage());
    if (failure instanceof UnknownHostException) {
      return "the host " + url.host() + " has no known address" + check;
    }
    if (failure instanceof SocketTimeoutException
        && message.toLowerCase(Locale.ROOT).contains("connect")) {
      return "can't connect to " + address + " within " + connectTimeout.toMillis() + " ms" + check;
    }
    if (failure instanceof SSLException) {
      return "no TLS connection to "
          + address
          + cause(failure)
          + "; where a proxy or a private CA stands between, name its certificates in"
          + " SSL_CERT_FILE";
    }
    if (message.contains("for CONNECT") || message.contains("authenticate with proxy")) {
      return "the proxy makes no connection to "
          + address
          + cause(failure)
          + "; check HTTPS_PROXY, with its user and password";
    }
    return "can't connect to " + address + cause(failure) + check;
  }

  /** Explains why a running call broke off. */
  static String brokenOff(Throwable failure, Duration idleTimeout) {
    return failure instanceof SocketTimeoutException
        ? "got no whole reply: nothing came for " + idleTimeout.toMillis() + " ms"
        : "got no whole reply" + cause(failure);
  }

  /** Returns an exception's message in brackets; class names mean nothing to a user. */
  private static String cause(Throwable failure) {
    String message = failure.getMessage();
    return message == null ? " (the connection was closed)" : " (" + message + ")";
  }
}
