package io.beambatch.provider;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.provider.ProviderException.Kind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscribers;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Sends single calls, each once, and turns whatever comes back into a value or a {@link
 * ProviderException}.
 */
final class HttpCalls {
  private final OpenAiSettings settings;
  private final ErrorReplies errors;
  private final HttpClient client;

  HttpCalls(OpenAiSettings settings, SafeText safe, Clock clock) {
    this.settings = settings;
    this.errors = new ErrorReplies(safe, clock);
    // HTTP/1.1: one slow upload must not hold up other calls on the same connection.
    this.client =
        HttpClient.newBuilder()
            .version(Version.HTTP_1_1)
            .followRedirects(Redirect.NEVER)
            .connectTimeout(settings.connectTimeout())
            .build();
  }

  /**
   * A request, still without method and body.
   *
   * @param path below the base URL, with its query
   */
  HttpRequest.Builder request(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(settings.baseUrl() + path))
            .header("User-Agent", "beam-batch-inference")
            .header("Accept", "application/json, */*");
    if (settings.azure()) {
      request.header("api-key", settings.key());
    } else {
      request.header("Authorization", "Bearer " + settings.key());
    }
    if (settings.organization() != null) {
      request.header("OpenAI-Organization", settings.organization());
    }
    if (settings.project() != null) {
      request.header("OpenAI-Project", settings.project());
    }
    return request;
  }

  /**
   * Sends a request and reads the JSON reply, within a time for both.
   *
   * @param reader makes a value of the reply, or null if the reply isn't what was asked for
   */
  <T> T json(HttpRequest request, Duration timeout, Function<JsonNode, @Nullable T> reader)
      throws ProviderException {
    HttpResponse<byte[]> response = send(request, CappedBody.handler(), timeout);
    if (response.statusCode() / 100 != 2) {
      throw errors.of(call(request), response.statusCode(), response.headers(), response.body());
    }
    JsonNode json;
    try {
      json = Json.MAPPER.readTree(response.body());
    } catch (IOException e) {
      // Not as a cause: the parser's message may quote the reply.
      throw unreadable(request, response, "isn't JSON");
    }
    T value = reader.apply(json);
    if (value == null) {
      throw unreadable(request, response, "isn't the object that was asked for");
    }
    return value;
  }

  /** A reply whose body is still on its way. */
  record Opened(HttpHeaders headers, InputStream body) {}

  /** Sends a request and leaves its reply's body to be read. */
  Opened open(HttpRequest request) throws ProviderException {
    BodyHandler<InputStream> handler =
        reply ->
            reply.statusCode() == 200
                ? BodySubscribers.ofInputStream()
                : BodySubscribers.mapping(CappedBody.error(), ByteArrayInputStream::new);
    HttpResponse<InputStream> response = send(request, handler, settings.requestTimeout());
    if (response.statusCode() != 200) {
      throw errors.of(
          call(request), response.statusCode(), response.headers(), bytes(response.body()));
    }
    return new Opened(response.headers(), response.body());
  }

  static String call(HttpRequest request) {
    return request.method() + " " + request.uri();
  }

  private static byte[] bytes(InputStream inMemory) {
    try {
      return inMemory.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The future, not the request's own timeout, limits the time: that one ends at the headers. */
  private <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler, Duration timeout)
      throws ProviderException {
    CompletableFuture<HttpResponse<T>> reply = client.sendAsync(request, handler);
    try {
      return reply.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw noReply(request, reason(e.getCause()), e.getCause());
    } catch (TimeoutException e) {
      reply.cancel(true);
      throw noReply(request, "got no whole reply within " + timeout.toMillis() + " ms", e);
    } catch (InterruptedException e) {
      reply.cancel(true);
      Thread.currentThread().interrupt();
      throw noReply(request, "was interrupted", e);
    }
  }

  private String reason(Throwable failure) {
    if (failure instanceof HttpConnectTimeoutException) {
      return "can't connect within " + settings.connectTimeout().toMillis() + " ms";
    }
    if (failure instanceof ConnectException) {
      return "can't connect: check the base URL and the network"
          + (failure.getMessage() == null ? "" : " (" + failure.getMessage() + ")");
    }
    return "got no whole reply (" + failure + ")";
  }

  private static ProviderException noReply(HttpRequest request, String reason, Throwable cause) {
    return new ProviderException(Kind.NO_REPLY, 0, null, null, call(request) + " " + reason, cause);
  }

  private ProviderException unreadable(HttpRequest request, HttpResponse<?> response, String what) {
    String requestId = errors.requestId(response.headers());
    return new ProviderException(
        Kind.NO_REPLY,
        response.statusCode(),
        null,
        requestId,
        call(request)
            + " was answered with "
            + response.statusCode()
            + ", but the reply "
            + what
            + (requestId == null ? "" : " (request id " + requestId + ")")
            + "; check the base URL (OpenAI's ends in /v1)",
        null);
  }
}
