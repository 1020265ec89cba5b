package io.beambatch.provider.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.ReplyHead;
import io.beambatch.provider.SafeText;
import io.beambatch.provider.http.OneShotBody.ContentException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Dispatcher;
import okhttp3.EventListener;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okio.Buffer;
import okio.BufferedSource;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Sends single calls to a provider's API, each once, and turns the reply into a value or a {@link
 * ProviderException}. {@link Retries} is built on it, and the providers on both.
 *
 * <p>OkHttp reconnects if a call meets a broken connection from the pool, but only for calls
 * without a one-shot body: a call with one reaches the provider at most once.
 */
public final class HttpCalls implements AutoCloseable {
  static final int LARGEST_REPLY = 16 << 20;
  static final int LARGEST_ERROR = 64 << 10;

  private final ApiAddress api;
  private final Timeouts timeouts;
  private final SafeText safe;
  private final ErrorReplies errors;
  private final OkHttpClient client;
  private final OkHttpClient once;

  public HttpCalls(ApiAddress api, Timeouts timeouts, Network network, Clock clock) {
    this.api = api;
    this.timeouts = timeouts;
    this.safe = new SafeText(api.key());
    this.errors = new ErrorReplies(api, safe, clock);
    this.client =
        network
            .clientFor(api.baseUrl())
            .dispatcher(dispatcher())
            // HTTP/1.1, so that a slow upload doesn't hold up other calls on the same connection.
            .protocols(List.of(Protocol.HTTP_1_1))
            // The key and the documents go to the configured API and nowhere else.
            .followRedirects(false)
            .followSslRedirects(false)
            .connectTimeout(timeouts.connect())
            .readTimeout(timeouts.idle())
            .writeTimeout(timeouts.idle())
            .eventListenerFactory(call -> call.request().tag(Outgoing.class))
            .build();
    this.once = client.newBuilder().retryOnConnectionFailure(false).build();
  }

  /**
   * OkHttp's own dispatcher would allow five calls at a time, and keep the JVM alive for a minute.
   */
  private static Dispatcher dispatcher() {
    ExecutorService threads =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "provider-call");
              thread.setDaemon(true);
              return thread;
            });
    Dispatcher dispatcher = new Dispatcher(threads);
    dispatcher.setMaxRequests(Integer.MAX_VALUE);
    dispatcher.setMaxRequestsPerHost(Integer.MAX_VALUE);
    return dispatcher;
  }

  /** Returns a URL below the base URL; each segment and the base URL's query are kept as given. */
  public HttpUrl.Builder url(String... segments) {
    HttpUrl.Builder url = api.baseUrl().newBuilder();
    for (String segment : segments) {
      url.addPathSegment(segment);
    }
    return url;
  }

  /** Returns a GET request with the headers of every call. */
  public Request.Builder request(HttpUrl.Builder url) {
    Request.Builder request =
        new Request.Builder()
            .url(url.build())
            .header("User-Agent", "beam-batch-inference")
            .header("Accept", "application/json, */*");
    api.headers().forEach(request::header);
    return request;
  }

  /**
   * Sends a request and reads the JSON reply.
   *
   * @param timeout for both
   * @param reader converts the reply, or returns null if it isn't what was asked for
   */
  public <T> T json(Request request, Duration timeout, Function<JsonNode, @Nullable T> reader)
      throws ProviderException {
    Reply reply = send(request, timeout, HttpCalls::whole);
    if (reply.response().code() / 100 != 2) {
      throw errors.of(call(request), reply.response(), reply.body().toByteArray());
    }
    JsonNode json;
    try {
      json = ReplyJson.parse(reply.body().toByteArray());
    } catch (IOException e) {
      // No cause: the parser's message may quote the reply.
      throw unreadable(request, reply.response(), "isn't JSON");
    }
    T value = reader.apply(json);
    if (value == null) {
      throw unreadable(request, reply.response(), "isn't the object that was asked for");
    }
    return value;
  }

  /** Sends a request and leaves the body of its reply to be read; the caller closes it. */
  public Response open(Request request) throws ProviderException {
    Reply reply = send(request, timeouts.request(), HttpCalls::headOfSuccess);
    if (reply.response().code() != 200) {
      throw errors.of(call(request), reply.response(), reply.body().toByteArray());
    }
    return reply.response();
  }

  /**
   * Sends a request for a file, as {@link #open} does. A web page, such as a proxy's page to log in
   * on, is no file: its lines would be taken for the results of a batch that has none.
   */
  public Response openFile(Request request) throws ProviderException {
    Response response = open(request);
    MediaType type = response.body().contentType();
    if (type != null && type.subtype().toLowerCase(Locale.ROOT).contains("html")) {
      response.close();
      throw unreadable(request, response, "is a web page and no file");
    }
    return response;
  }

  /** Returns a request's method and URL, safe for messages. */
  public String call(Request request) {
    return request.method() + " " + safe.of(request.url().toString());
  }

  /** Reduces the provider's text to one line, with the key masked. */
  public SafeText safe() {
    return safe;
  }

  /** Closes idle connections; running downloads go on. */
  @Override
  public void close() {
    client.dispatcher().executorService().shutdown();
    client.connectionPool().evictAll();
  }

  private record Reply(Response response, ByteString body) {}

  @FunctionalInterface
  private interface ReplyReader {
    Reply read(Response response) throws IOException;
  }

  /** Reads a reply into memory: all of a success, the start of an error. */
  private static Reply whole(Response response) throws IOException {
    try (response) {
      return new Reply(
          response,
          response.code() / 100 == 2
              ? body(response, LARGEST_REPLY, false)
              : body(response, LARGEST_ERROR, true));
    }
  }

  private static Reply headOfSuccess(Response response) throws IOException {
    return response.code() == 200 ? new Reply(response, ByteString.EMPTY) : whole(response);
  }

  private static ByteString body(Response response, int most, boolean cut) throws IOException {
    BufferedSource source = response.body().source();
    Buffer body = new Buffer();
    while (body.size() <= most && source.read(body, most + 1L - body.size()) >= 0) {
      // Each iteration reads what has arrived.
    }
    if (body.size() > most && !cut) {
      throw new IOException("the reply is larger than " + most + " bytes");
    }
    return body.readByteString(Math.min(body.size(), most));
  }

  private Reply send(Request request, Duration timeout, ReplyReader reader)
      throws ProviderException {
    boolean oneShot = request.body() != null && request.body().isOneShot();
    Outgoing outgoing = new Outgoing();
    Call call =
        (oneShot ? once : client)
            .newCall(request.newBuilder().tag(Outgoing.class, outgoing).build());
    CompletableFuture<Reply> reply = new CompletableFuture<>();
    // Runs in its own thread, so that an interrupt or a timeout is noticed wherever the call is.
    call.enqueue(
        new Callback() {
          @Override
          public void onFailure(Call failed, IOException e) {
            reply.completeExceptionally(e);
          }

          @Override
          public void onResponse(Call answered, Response response) {
            try {
              if (!reply.complete(reader.read(response))) {
                response.close();
              }
            } catch (IOException | RuntimeException e) {
              reply.completeExceptionally(e);
            }
          }
        });
    try {
      return reply.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw failure(request, outgoing, Objects.requireNonNull(e.getCause()));
    } catch (TimeoutException e) {
      reply.cancel(false);
      call.cancel();
      throw noReply(request, "got no whole reply within " + timeout.toMillis() + " ms");
    } catch (InterruptedException e) {
      reply.cancel(false);
      call.cancel();
      Thread.currentThread().interrupt();
      throw noReply(request, "was interrupted");
    }
  }

  /** Records whether any part of a request was sent. */
  private static final class Outgoing extends EventListener {
    private volatile boolean started;

    @Override
    public void requestHeadersStart(Call call) {
      started = true;
    }
  }

  private ProviderException failure(Request request, Outgoing outgoing, Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    if (thrown instanceof ContentException content) {
      return new ProviderException(
          content.isWrongSize() ? Kind.INVALID_REQUEST : Kind.NO_REPLY,
          ReplyHead.NONE,
          call(request) + " was broken off: " + content.getMessage() + "; nothing was kept",
          content);
    }
    return noReply(
        request,
        outgoing.started
            ? ConnectionFaults.brokenOff(thrown, timeouts.idle())
            : "was not sent: "
                + ConnectionFaults.reason(thrown, request.url(), api, timeouts.connect()));
  }

  /** No cause: it may quote what the provider sent. */
  private ProviderException noReply(Request request, String reason) {
    return new ProviderException(
        Kind.NO_REPLY, ReplyHead.NONE, call(request) + " " + safe.of(reason));
  }

  private ProviderException unreadable(Request request, Response response, String what) {
    String requestId = errors.requestId(response);
    return new ProviderException(
        Kind.NO_REPLY,
        new ReplyHead(response.code(), null, requestId, null),
        call(request)
            + " was answered with "
            + response.code()
            + ", but the reply "
            + what
            + (requestId == null ? "" : " (request id " + requestId + ")")
            + "; check the base URL: request.base_url or "
            + api.baseUrlVariable()
            + " (OpenAI's ends in /v1)");
  }
}
