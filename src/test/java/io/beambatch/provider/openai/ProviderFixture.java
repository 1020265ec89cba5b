package io.beambatch.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.beambatch.emulator.PromptReplies;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.http.Network;
import io.beambatch.provider.http.Retries;
import io.beambatch.provider.http.Timeouts;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.QueueDispatcher;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import mockwebserver3.junit5.StartStop;
import okio.Buffer;
import org.apache.beam.sdk.util.FluentBackoff;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * A provider in front of a MockWebServer that gives the replies of a script; it waits in no time.
 */
public abstract class ProviderFixture {
  protected static final String KEY = "sk-proj-abcdefghijklmnop";
  protected static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
  protected static final FluentBackoff ONE_TRY = Retries.DEFAULT.withMaxRetries(0);
  static final String BATCH =
      "{\"id\":\"batch_1\",\"object\":\"batch\",\"endpoint\":\"/v1/chat/completions\","
          + "\"errors\":null,\"input_file_id\":\"file-in\",\"completion_window\":\"24h\","
          + "\"status\":\"%s\",\"output_file_id\":null,\"error_file_id\":null,"
          + "\"created_at\":1711471533,\"request_counts\":{\"total\":3,\"completed\":2,"
          + "\"failed\":1},\"metadata\":{\"chunk\":\"c-1\"}}";

  final List<Duration> waits = new CopyOnWriteArrayList<>();
  private final List<RecordedRequest> taken = new ArrayList<>();
  @StartStop final MockWebServer server = PromptReplies.server();
  protected OpenAiProvider provider;

  @BeforeEach
  void start() {
    QueueDispatcher script = new QueueDispatcher();
    script.setFailFast(json(599, "{\"error\":{\"message\":\"nothing is left of the script\"}}"));
    server.setDispatcher(script);
    server.setBodyLimit(1 << 20);
    provider = provider(Retries.DEFAULT, Duration.ofSeconds(20));
  }

  @AfterEach
  void stop() {
    provider.close();
  }

  /** The server gives these replies, each once and in this order, whatever it is asked. */
  protected void then(MockResponse... replies) {
    for (MockResponse reply : replies) {
      server.enqueue(reply);
    }
  }

  String baseUrl() {
    return server.url("/v1").toString();
  }

  /** All requests so far whose head reached the server. */
  List<RecordedRequest> taken() {
    try {
      for (RecordedRequest next = poll(); next != null; next = poll()) {
        taken.add(next);
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return taken;
  }

  private RecordedRequest poll() throws InterruptedException {
    return server.takeRequest(1, TimeUnit.MILLISECONDS);
  }

  /** The requests' lines, such as {@code GET /v1/batches/b}. */
  List<String> calls() {
    return taken().stream().map(r -> r.getMethod() + " " + r.getTarget()).toList();
  }

  /** Another one, before the same server. */
  protected OpenAiProvider provider(FluentBackoff backoff, Duration timeout) {
    return provider(backoff, new Timeouts(timeout, timeout, timeout));
  }

  protected OpenAiProvider provider(FluentBackoff backoff, Timeouts timeouts) {
    return new OpenAiProvider(
        settings(baseUrl(), backoff, timeouts), Clock.fixed(NOW, ZoneOffset.UTC), waits::add);
  }

  /** Whether a request's body came to its end. */
  static boolean isWhole(RecordedRequest request) {
    return String.valueOf(request.getBodySize()).equals(request.getHeaders().get("Content-Length"));
  }

  static OpenAiSettings settings(String baseUrl, FluentBackoff backoff, Duration timeout) {
    return settings(baseUrl, backoff, new Timeouts(timeout, timeout, timeout));
  }

  private static OpenAiSettings settings(String baseUrl, FluentBackoff backoff, Timeouts timeouts) {
    return new OpenAiSettings(
        URI.create(baseUrl), KEY, null, null, Map.of(), timeouts, Network.DEFAULT, backoff);
  }

  protected static MockResponse json(int status, String body, String... headers) {
    return reply(status, new Buffer().writeUtf8(body), headers).build();
  }

  protected static MockResponse.Builder reply(int status, Buffer body, String... headers) {
    MockResponse.Builder reply = new MockResponse.Builder().code(status).body(body);
    for (String header : headers) {
      reply.addHeader(header);
    }
    return reply;
  }

  /** Announces more than it sends, and hangs up. */
  static MockResponse shortened(int status, int announced, String body) {
    return reply(status, new Buffer().writeUtf8(body))
        .setHeader("Content-Length", announced)
        .onResponseEnd(new SocketEffect.CloseSocket())
        .build();
  }

  /** Announces more than it sends, and leaves it at that. */
  static MockResponse stalled(int status, int announced, String body) {
    return reply(status, new Buffer().writeUtf8(body))
        .setHeader("Content-Length", announced)
        .build();
  }

  /** Reads the request, then hangs up without a word. */
  static MockResponse dropped() {
    return new MockResponse.Builder().onResponseStart(new SocketEffect.CloseSocket()).build();
  }

  /** Hangs up after the headers, without reading the body. */
  static MockResponse hungUp() {
    return new MockResponse.Builder()
        .doNotReadRequestBody()
        .onResponseStart(new SocketEffect.CloseSocket())
        .build();
  }

  static String batch(String status) {
    return String.format(BATCH, status);
  }

  static String error(String code, String message) {
    return "{\"error\":{\"message\":\""
        + message
        + "\",\"type\":\"t\",\"param\":null,\"code\":\""
        + code
        + "\"}}";
  }

  protected static ProviderException failureOf(ThrowingCallable call) {
    ProviderException failure = catchThrowableOfType(ProviderException.class, call);
    assertThat(failure).as("the call's exception").isNotNull();
    return failure;
  }
}
