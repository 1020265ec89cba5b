package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls a real-time server with a limited number of concurrent requests. After transient faults (no
 * connection, 408, 429, 5xx) a call is repeated, after the delay that the server asks for, or one
 * that doubles.
 */
final class UpstreamClient implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(UpstreamClient.class);
  private static final int MOST_TRIES = 10;
  private static final long FIRST_WAIT_MILLIS = 250;
  private static final long LONGEST_WAIT_MILLIS = 30_000;
  private static final Duration TIMEOUT = Duration.ofMinutes(10);
  private static final String VERSION = "/v1";

  private final Upstream upstream;
  private final HttpClient http;
  private final ExecutorService threads;
  private final CountDownLatch closed = new CountDownLatch(1);

  UpstreamClient(Upstream upstream) {
    this.upstream = upstream;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(20))
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    this.threads =
        Executors.newFixedThreadPool(
            upstream.concurrency(),
            task -> {
              Thread thread = new Thread(task, "local-server-upstream");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * The server's reply.
   *
   * @param body JSON; an object with a message if it was not JSON
   */
  record Reply(int status, JsonNode body) {
    boolean answers() {
      return status / 100 == 2;
    }
  }

  int concurrency() {
    return upstream.concurrency();
  }

  /** Runs a task when its turn comes. */
  Future<?> submit(Callable<?> task) {
    return threads.submit(task);
  }

  /** Repeats a call until there is an answer, a refusal, or no point in repeating it. */
  Reply ask(BatchEndpoint endpoint, JsonNode body) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create(
                    upstream.baseUrl().toString().replaceFirst("/+$", "")
                        + endpoint.path().substring(VERSION.length())))
            .timeout(TIMEOUT)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofByteArray(ServerJson.MAPPER.writeValueAsBytes(body)));
    if (upstream.key() != null) {
      request.header("Authorization", "Bearer " + upstream.key());
    }
    long wait = FIRST_WAIT_MILLIS;
    for (int tries = 1; ; tries++) {
      long asked = wait;
      Reply reply;
      try {
        HttpResponse<byte[]> response = http.send(request.build(), BodyHandlers.ofByteArray());
        reply = reply(response);
        asked = Math.max(wait, retryAfterMillis(response));
      } catch (IOException | RuntimeException e) {
        reply = new Reply(503, message("The upstream gave no answer: " + e.getMessage()));
      }
      if (!passes(reply.status()) || tries == MOST_TRIES) {
        return reply;
      }
      LOG.debug("The upstream said {}; asking again in {} ms.", reply.status(), asked);
      if (closed.await(Math.min(asked, LONGEST_WAIT_MILLIS), TimeUnit.MILLISECONDS)) {
        throw new InterruptedException("the server is being closed");
      }
      wait *= 2;
    }
  }

  private static boolean passes(int status) {
    return status == 408 || status == 429 || status >= 500;
  }

  /** A success that is not a JSON object is not an answer. */
  private static Reply reply(HttpResponse<byte[]> response) throws IOException {
    int status = response.statusCode();
    try {
      JsonNode body = ServerJson.EXACT.readTree(response.body());
      if (body != null && body.isObject()) {
        return new Reply(status / 100 == 3 ? 502 : status, body);
      }
    } catch (JsonProcessingException e) {
      // Reported below.
    }
    return new Reply(
        status / 100 <= 3 ? 502 : status, message("The upstream's reply is no JSON object."));
  }

  private static JsonNode message(String message) {
    return ServerJson.object().set("error", ServerJson.object().put("message", message));
  }

  private static long retryAfterMillis(HttpResponse<?> response) {
    return response
        .headers()
        .firstValue("retry-after")
        .filter(value -> value.matches("\\d{1,5}"))
        .map(value -> Long.parseLong(value) * 1_000)
        .orElse(0L);
  }

  /** Abandons running calls. */
  @Override
  public void close() {
    closed.countDown();
    threads.shutdownNow();
  }
}
