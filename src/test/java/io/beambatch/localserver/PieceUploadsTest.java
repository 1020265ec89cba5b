package io.beambatch.localserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PieceUploadsTest {
  private LocalServer server;
  private RawClient client;

  @BeforeEach
  void start() throws IOException {
    server = LocalServer.start(LocalServerSettings.defaults());
    client = new RawClient(server);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  @Test
  void goesOnWhereABrokenUploadStopped() throws Exception {
    String url = begin(1_000);
    server.faults(Faults.none().with(CallFault.first(1, "upload_file", CallFault.Kind.TRUNCATE)));
    assertThatThrownBy(() -> send(url, "upload, finalize", 0, new byte[1_000]))
        .isInstanceOf(IOException.class);

    RawClient.Reply standing = send(url, "query", 0, new byte[0]);
    assertThat(standing.header("X-Goog-Upload-Status")).isEqualTo("active");
    assertThat(standing.header("X-Goog-Upload-Size-Received")).isEqualTo("500");
    assertThat(send(url, "upload, finalize", 0, new byte[1_000]).status()).isEqualTo(400);

    RawClient.Reply finished = send(url, "upload, finalize", 500, new byte[500]);
    assertThat(finished.header("X-Goog-Upload-Status")).isEqualTo("final");
    assertThat(finished.json().at("/file/sizeBytes").asText()).isEqualTo("1000");
    assertThat(finished.json().at("/file/displayName").asText()).isEqualTo("mine");
  }

  @Test
  void tellsAgainWhatItMadeIfTheReplyWasLost() throws Exception {
    String url = begin(10);
    server.faults(Faults.none().with(CallFault.first(1, "upload_file", CallFault.Kind.LOST_REPLY)));
    assertThatThrownBy(() -> send(url, "upload, finalize", 0, new byte[10]))
        .isInstanceOf(IOException.class);

    RawClient.Reply standing = send(url, "query", 0, new byte[0]);
    assertThat(standing.header("X-Goog-Upload-Status")).isEqualTo("final");
    assertThat(standing.json().at("/file/name").asText()).startsWith("files/");
  }

  @Test
  void makesNoFileOfFewerBytesThanWereAnnounced() throws Exception {
    String url = begin(10);

    assertThat(send(url, "upload, finalize", 0, new byte[9]).status()).isEqualTo(400);
    assertThat(send(url, "upload, finalize", 9, new byte[1]).status()).isEqualTo(200);
  }

  private String begin(long bytes) throws Exception {
    RawClient.Reply started =
        client.send(
            HttpRequest.newBuilder(server.rootUrl().resolve("/upload/v1beta/files"))
                .header("x-goog-api-key", "any")
                .header("X-Goog-Upload-Protocol", "resumable")
                .header("X-Goog-Upload-Command", "start")
                .header("X-Goog-Upload-Header-Content-Length", Long.toString(bytes))
                .POST(BodyPublishers.ofString("{\"file\":{\"display_name\":\"mine\"}}"))
                .build());
    assertThat(started.header("X-Goog-Upload-Status")).isEqualTo("active");
    return started.header("X-Goog-Upload-URL");
  }

  private RawClient.Reply send(String url, String command, long offset, byte[] bytes)
      throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(url))
            .header("x-goog-api-key", "any")
            .header("X-Goog-Upload-Command", command)
            .header("X-Goog-Upload-Offset", Long.toString(offset))
            .POST(BodyPublishers.ofByteArray(bytes))
            .build());
  }
}
