package io.beambatch.localserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A small real-time server of OpenAI's shape: it answers with the question in capitals. A question
 * of {@code refuse} gets 400; others get the errors that were ordered first.
 */
public final class RealTimeServer implements AutoCloseable {
  private final HttpServer http;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, AtomicInteger> answered = new ConcurrentHashMap<>();
  private final Semaphore allowed = new Semaphore(Integer.MAX_VALUE);
  private final AtomicInteger errors = new AtomicInteger();
  private final AtomicInteger atOnce = new AtomicInteger();
  private final AtomicInteger mostAtOnce = new AtomicInteger();
  private volatile CountDownLatch company = new CountDownLatch(0);

  public RealTimeServer() throws IOException {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.setExecutor(threads);
    http.createContext("/v1/chat/completions", this::answer);
    http.start();
  }

  public URI baseUrl() {
    return URI.create("http://127.0.0.1:" + http.getAddress().getPort() + "/v1");
  }

  /** How often each question was answered. */
  public Map<String, AtomicInteger> answered() {
    return answered;
  }

  int mostAtOnce() {
    return mostAtOnce.get();
  }

  /** Refuses so many requests first: 429 and 500 in turns. */
  void failFirst(int count) {
    errors.set(count);
  }

  /** Answers nobody until so many have asked. */
  void answerFromCallersOn(int callers) {
    company = new CountDownLatch(callers);
  }

  /** Answers so many more requests, and lets the others wait. */
  public void allow(int count) {
    allowed.drainPermits();
    allowed.release(count);
  }

  private void answer(HttpExchange call) throws IOException {
    mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
    company.countDown();
    try {
      company.await();
      JsonNode body = RawClient.MAPPER.readTree(call.getRequestBody());
      String question = body.at("/messages/0/content").asText();
      int error = errors.getAndUpdate(left -> Math.max(0, left - 1));
      if (error > 0) {
        send(call, error % 2 == 0 ? 429 : 500, "{\"error\":{\"message\":\"not now\"}}");
      } else if (question.equals("refuse")) {
        send(call, 400, "{\"error\":{\"message\":\"no such thing\",\"type\":\"invalid\"}}");
      } else {
        allowed.acquire();
        answered.computeIfAbsent(question, unused -> new AtomicInteger()).incrementAndGet();
        send(
            call,
            200,
            "{\"id\":\"c\",\"object\":\"chat.completion\",\"model\":\"%s\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"%s\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2,\"total_tokens\":9},\"score\":0.10}"
                .formatted(
                    body.path("model").asText(), question.toUpperCase(java.util.Locale.ROOT)));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      atOnce.decrementAndGet();
      call.close();
    }
  }

  private static void send(HttpExchange call, int status, String json) throws IOException {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    call.sendResponseHeaders(status, bytes.length);
    call.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    http.stop(0);
    threads.shutdownNow();
  }
}
