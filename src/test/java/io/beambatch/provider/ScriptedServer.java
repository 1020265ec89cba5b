package io.beambatch.provider;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/**
 * A server that does what it is told, down to the byte: the next request gets the next reply of the
 * script, whatever it asks for. Keeps the requests.
 */
final class ScriptedServer implements AutoCloseable {
  private static final int KEPT_BODY = 1 << 20;

  /** A request as it came; of a long body only the start. */
  record Taken(String method, String path, Map<String, String> headers, String text, long length) {}

  /** What to do with a request. */
  record Reply(ByteBuffer bytes, boolean readBody, boolean close, boolean stall) {}

  static Reply json(int status, String body, String... headers) {
    return reply(status, body.getBytes(UTF_8), headers);
  }

  static Reply reply(int status, byte[] body, String... headers) {
    return new Reply(message(status, body.length, body, headers), true, false, false);
  }

  /** Announces more than it sends, and hangs up. */
  static Reply shortened(int status, int announced, String body) {
    return new Reply(message(status, announced, body.getBytes(UTF_8)), true, true, false);
  }

  /** Announces more than it sends, and leaves it at that. */
  static Reply stalled(int status, int announced, String body) {
    return new Reply(message(status, announced, body.getBytes(UTF_8)), true, false, true);
  }

  /** Any bytes at all, then hangs up. */
  static Reply raw(String text) {
    return new Reply(ByteBuffer.wrap(text.getBytes(UTF_8)), true, true, false);
  }

  /** Reads the request, then hangs up without a word. */
  static Reply dropped() {
    return raw("");
  }

  /** Hangs up after the headers, without reading the body. */
  static Reply hungUp() {
    return new Reply(ByteBuffer.allocate(0), false, true, false);
  }

  private final ServerSocket server;
  private final ConcurrentLinkedQueue<Reply> script = new ConcurrentLinkedQueue<>();
  private final List<Taken> taken = new CopyOnWriteArrayList<>();
  private final List<Taken> broken = new CopyOnWriteArrayList<>();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final CountDownLatch closed = new CountDownLatch(1);

  ScriptedServer() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start("accept", this::accept);
  }

  ScriptedServer then(Reply... replies) {
    script.addAll(List.of(replies));
    return this;
  }

  String baseUrl() {
    return "http://127.0.0.1:" + server.getLocalPort() + "/v1";
  }

  /** The requests that came whole. */
  List<Taken> taken() {
    return taken;
  }

  /** The requests whose body broke off; they use up no reply. */
  List<Taken> broken() {
    return broken;
  }

  /** The whole requests' lines, such as {@code GET /v1/batches/b}. */
  List<String> calls() {
    return taken.stream().map(request -> request.method() + " " + request.path()).toList();
  }

  @Override
  public void close() throws IOException {
    closed.countDown();
    server.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private void accept() throws IOException {
    while (!server.isClosed()) {
      Socket socket = server.accept();
      sockets.add(socket);
      start("connection", () -> serve(socket));
    }
  }

  private void serve(Socket socket) throws IOException {
    try (socket;
        InputStream in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
        OutputStream out = socket.getOutputStream()) {
      while (true) {
        String line = line(in);
        if (line.isEmpty()) {
          return;
        }
        Map<String, String> headers = new TreeMap<>();
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
          int colon = header.indexOf(':');
          headers.put(
              header.substring(0, colon).toLowerCase(Locale.ROOT),
              header.substring(colon + 1).strip());
        }
        Reply reply = script.peek();
        if (reply == null) {
          reply = json(599, "{\"error\":{\"message\":\"nothing is left of the script\"}}");
        }
        long length = Long.parseLong(headers.getOrDefault("content-length", "0"));
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        long read = reply.readBody() ? body(in, length, body) : 0;
        String[] words = line.split(" ", -1);
        Taken request = new Taken(words[0], words[1], headers, body.toString(UTF_8), read);
        if (read < length && reply.readBody()) {
          broken.add(request);
          return;
        }
        script.poll();
        taken.add(request);
        out.write(reply.bytes().array());
        out.flush();
        if (reply.stall()) {
          awaitClose();
        }
        if (reply.close()) {
          return;
        }
      }
    }
  }

  private void awaitClose() {
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static long body(InputStream in, long length, ByteArrayOutputStream kept)
      throws IOException {
    byte[] buffer = new byte[1 << 16];
    long count = 0;
    while (count < length) {
      int read = in.read(buffer, 0, (int) Math.min(buffer.length, length - count));
      if (read < 0) {
        break;
      }
      kept.write(buffer, 0, Math.max(0, Math.min(read, KEPT_BODY - kept.size())));
      count += read;
    }
    return count;
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      line.append((char) c);
    }
    return line.toString().strip();
  }

  private static ByteBuffer message(int status, long length, byte[] body, String... headers) {
    List<String> lines = new ArrayList<>();
    lines.add("HTTP/1.1 " + status + " Scripted");
    lines.addAll(List.of(headers));
    lines.add("Content-Length: " + length);
    byte[] head = (String.join("\r\n", lines) + "\r\n\r\n").getBytes(UTF_8);
    byte[] message = new byte[head.length + body.length];
    System.arraycopy(head, 0, message, 0, head.length);
    System.arraycopy(body, 0, message, head.length, body.length);
    return ByteBuffer.wrap(message);
  }

  private interface Task {
    void run() throws IOException;
  }

  private static void start(String name, Task task) {
    Thread thread =
        new Thread(
            () -> {
              try {
                task.run();
              } catch (SocketException closedByEitherSide) {
                return;
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
  }
}
