package io.beambatch.hostile;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
import io.beambatch.localserver.MinimumRate;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Who else is on the machine, or has a web page that the machine's browser shows, calls the local
 * server, or sends to it so slowly that nobody else gets a turn.
 */
class TheLocalServerAnswersItsOwnerAloneTest {
  private static final String KEY = "the-key-of-the-owner";

  private LocalServer server;

  @BeforeEach
  void start() throws IOException {
    server =
        LocalServer.start(
            LocalServerSettings.defaults()
                .withApiKey(KEY)
                .withMinimumRate(new MinimumRate(1_000, Duration.ofMillis(300))));
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /_faults",
        "PUT /_faults",
        "DELETE /_faults",
        "GET /_stats",
        "GET /v1/files",
        "POST /v1/batches",
        "GET /v1/messages/batches",
        "GET /v1beta/batches"
      })
  void whoHasNoKeyOrAnotherGetsNothing(String call) throws IOException {
    assertThat(status(call, "")).isIn(400, 401, 403);
    assertThat(
            status(
                call,
                "Authorization: Bearer other\r\nx-api-key: other\r\nx-goog-api-key: other\r\n"))
        .isIn(400, 401, 403);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example",
        "evil.example:80",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "169.254.169.254",
        "127.0.0.1@evil.example"
      })
  void aPageWhoseNameLeadsToThisMachineGetsNothing(String host) throws IOException {
    for (String call : List.of("GET /v1/models", "PUT /_faults", "GET /_stats")) {
      String reply = send(call + " HTTP/1.1\r\nHost: " + host + "\r\n" + key() + "\r\n");

      assertThat(reply).doesNotStartWith("HTTP/1.1 2");
    }
    String absolute =
        send("GET http://" + host + "/v1/models HTTP/1.1\r\nHost: localhost\r\n" + key() + "\r\n");
    assertThat(absolute).doesNotStartWith("HTTP/1.1 2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "localhost:8080", "LOCALHOST", "[::1]:8080"})
  void itsOwnerCallsItByAnyNameOfTheMachineItself(String host) throws IOException {
    assertThat(send("GET /v1/models HTTP/1.1\r\nHost: " + host + "\r\n" + key() + "\r\n"))
        .startsWith("HTTP/1.1 200");
  }

  /** It would name the machine by its own name, and need no answer to change something here. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://evil.example",
        "https://localhost.evil.example",
        "http://127.0.0.1.evil.example:8080",
        "http://192.168.0.7",
        "null",
        "localhost"
      })
  void aPageFromElsewhereChangesNothing(String origin) throws IOException {
    for (String call : List.of("PUT /_faults", "POST /v1/batches", "POST /v1beta/batches?key=k")) {
      assertThat(status(call, key() + "Origin: " + origin + "\r\n")).isEqualTo(403);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://localhost:3000", "https://127.0.0.1", "HTTP://[::1]:8080"})
  void aPageOfTheMachineItselfCallsIt(String origin) throws IOException {
    assertThat(status("GET /v1/models", key() + "Origin: " + origin + "\r\n")).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/_stats", "/_faults", "/v1/models", "/v1/files/file-1/content"})
  void whatIsOnlyAskedForItsHeadIsNotThere(String path) throws IOException {
    for (String headers : List.of("", key())) {
      assertThat(status("HEAD " + path, headers)).isEqualTo(404);
    }
  }

  @Test
  void noHeaderMakesACallAnotherOne() throws IOException {
    String faults = "{\"calls\":[{\"call\":\"create_batch\",\"kind\":\"error_500\",\"first\":1}]}";
    assertThat(putFaults(faults)).startsWith("HTTP/1.1 200");
    String shown = send("GET /_faults HTTP/1.1\r\nHost: localhost\r\n" + key() + "\r\n");

    for (String method : List.of("DELETE", "PUT", "POST")) {
      String overridden =
          send(
              "GET /_faults HTTP/1.1\r\nHost: localhost\r\nX-HTTP-Method-Override: "
                  + method
                  + "\r\n"
                  + key()
                  + "\r\n");

      assertThat(body(overridden)).isEqualTo(body(shown));
    }
  }

  @Test
  void faultsOfMoreThan64KilobytesAreNotTaken() throws IOException {
    String faults = " ".repeat(65_537);

    assertThat(putFaults(faults)).startsWith("HTTP/1.1 413");
  }

  @Test
  void aHundredSlowUploadsStopNobodyAndAreCutOff() throws Exception {
    List<Socket> slow = new ArrayList<>();
    ScheduledExecutorService drips = Executors.newSingleThreadScheduledExecutor();
    try {
      for (int i = 0; i < 100; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        slow.add(socket);
        write(
            socket,
            "POST /v1/files HTTP/1.1\r\nHost: localhost\r\n"
                + key()
                + "Content-Type: multipart/form-data; boundary=x\r\n"
                + "Content-Length: 1000000\r\n\r\n--x\r\n");
      }

      assertThat(status("GET /v1/models", key())).isEqualTo(200);
      assertThat(send(upload())).startsWith("HTTP/1.1 200");

      var unused =
          drips.scheduleAtFixedRate(
              () -> slow.forEach(TheLocalServerAnswersItsOwnerAloneTest::drip),
              50,
              50,
              TimeUnit.MILLISECONDS);
      for (Socket socket : slow) {
        socket.setSoTimeout(60_000);
        assertThat(read(socket))
            .matches(reply -> reply.isEmpty() || reply.startsWith("HTTP/1.1 408"));
      }
    } finally {
      drips.shutdownNow();
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  private static String upload() {
    String body =
        String.join(
            "\r\n",
            "--x",
            "Content-Disposition: form-data; name=\"purpose\"",
            "",
            "batch",
            "--x",
            "Content-Disposition: form-data; name=\"file\"; filename=\"a.jsonl\"",
            "",
            "{}",
            "--x--",
            "");
    return "POST /v1/files HTTP/1.1\r\nHost: localhost\r\n"
        + key()
        + "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }

  private static void drip(Socket socket) {
    try {
      write(socket, "-");
    } catch (IOException cutOff) {
      // As it should be.
    }
  }

  private static String key() {
    return "Authorization: Bearer " + KEY + "\r\nConnection: close\r\n";
  }

  private int status(String call, String headers) throws IOException {
    String reply =
        send(
            call
                + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n"
                + headers.replace("Connection: close\r\n", "")
                + "\r\n");
    return Integer.parseInt(reply.substring(9, 12));
  }

  private static String body(String reply) {
    return reply.substring(reply.indexOf("\r\n\r\n"));
  }

  private String putFaults(String faults) throws IOException {
    return send(
        "PUT /_faults HTTP/1.1\r\nHost: localhost\r\n"
            + key()
            + "Content-Length: "
            + faults.length()
            + "\r\n\r\n"
            + faults);
  }

  private String send(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(20_000);
      write(socket, request);
      return read(socket);
    }
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(ISO_8859_1));
  }

  /** All until the server closes the connection, which may come as a reset. */
  private static String read(Socket socket) {
    ByteArrayOutputStream reply = new ByteArrayOutputStream();
    try {
      InputStream in = socket.getInputStream();
      byte[] buffer = new byte[8_192];
      int read;
      while ((read = in.read(buffer)) >= 0) {
        reply.write(buffer, 0, read);
      }
    } catch (SocketTimeoutException e) {
      throw new AssertionError("the connection is still open", e);
    } catch (IOException reset) {
      // The rest is lost.
    }
    return reply.toString(UTF_8);
  }
}
