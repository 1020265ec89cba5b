package io.beambatch.emulator;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Stands between clients and the emulator, and does not always pass on what it should. */
public final class FaultyGcs implements AutoCloseable {
  private static final Set<String> OF_THE_CONNECTION =
      Set.of("connection", "content-length", "host", "transfer-encoding", "expect", "upgrade");

  private final URI emulator;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Queue<Fault> uploads = new ArrayDeque<>();
  private final AtomicInteger calls = new AtomicInteger();
  private volatile @Nullable Fault always;
  private volatile @Nullable String authorization;

  /** A place in front of an emulator. */
  public FaultyGcs(URI emulator) throws IOException {
    this.emulator = emulator;
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::handle);
    server.setExecutor(threads);
    server.start();
  }

  /** Where clients have to go. */
  public URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** The next upload reaches the emulator, what follows happens, and the reply gets lost. */
  public void loseReplyAfter(Runnable meanwhile) {
    add(new Fault(0, "", meanwhile));
  }

  /** The next upload does not reach the emulator. */
  public void refuseUpload(int status) {
    add(new Fault(status, "overloaded", () -> {}));
  }

  /** Nothing reaches the emulator from now on. */
  public void refuseEverything(int status, String message) {
    always = new Fault(status, message, () -> {});
  }

  /** How many calls have come since this was last asked. */
  public int calls() {
    return calls.getAndSet(0);
  }

  /** The credentials of the last call, or null. */
  public @Nullable String authorization() {
    return authorization;
  }

  private void add(Fault fault) {
    synchronized (uploads) {
      uploads.add(fault);
    }
  }

  private @Nullable Fault fault(HttpExchange exchange) {
    if (always != null) {
      return always;
    }
    boolean upload =
        exchange.getRequestMethod().equals("POST")
            && exchange.getRequestURI().getPath().startsWith("/upload/");
    synchronized (uploads) {
      return upload ? uploads.poll() : null;
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      calls.incrementAndGet();
      authorization = exchange.getRequestHeaders().getFirst("Authorization");
      byte[] body = exchange.getRequestBody().readAllBytes();
      Fault fault = fault(exchange);
      if (fault != null && fault.status > 0) {
        refuse(exchange, fault);
        return;
      }
      HttpResponse<InputStream> reply = forward(exchange, body);
      if (fault != null) {
        reply.body().readAllBytes();
        fault.meanwhile.run();
        return; // closed without an answer
      }
      reply
          .headers()
          .map()
          .forEach(
              (name, values) -> {
                if (!OF_THE_CONNECTION.contains(name.toLowerCase(Locale.ROOT))) {
                  exchange.getResponseHeaders().put(name, values);
                }
              });
      byte[] content = reply.body().readAllBytes();
      exchange.sendResponseHeaders(reply.statusCode(), content.length == 0 ? -1 : content.length);
      exchange.getResponseBody().write(content);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void refuse(HttpExchange exchange, Fault fault) throws IOException {
    byte[] json =
        ("{\"error\":{\"code\":" + fault.status + ",\"message\":\"" + fault.message + "\"}}")
            .getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json; charset=UTF-8");
    exchange.sendResponseHeaders(fault.status, json.length);
    exchange.getResponseBody().write(json);
  }

  private HttpResponse<InputStream> forward(HttpExchange exchange, byte[] body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(emulator.resolve(exchange.getRequestURI().toString()))
            .method(exchange.getRequestMethod(), BodyPublishers.ofByteArray(body));
    Headers headers = exchange.getRequestHeaders();
    for (Map.Entry<String, List<String>> header : headers.entrySet()) {
      if (!OF_THE_CONNECTION.contains(header.getKey().toLowerCase(Locale.ROOT))) {
        header.getValue().forEach(value -> request.header(header.getKey(), value));
      }
    }
    return client.send(request.build(), BodyHandlers.ofInputStream());
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  /**
   * What goes wrong.
   *
   * @param status of the reply, or 0 for none
   */
  private record Fault(int status, String message, Runnable meanwhile) {}
}
