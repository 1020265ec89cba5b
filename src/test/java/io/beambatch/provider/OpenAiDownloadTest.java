package io.beambatch.provider;

import static io.beambatch.provider.ScriptedServer.dropped;
import static io.beambatch.provider.ScriptedServer.json;
import static io.beambatch.provider.ScriptedServer.raw;
import static io.beambatch.provider.ScriptedServer.reply;
import static io.beambatch.provider.ScriptedServer.shortened;
import static io.beambatch.provider.ScriptedServer.stalled;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.ScriptedServer.Reply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OpenAiDownloadTest extends ProviderFixture {
  private static final String LINES = "{\"a\":1}\n{\"b\":2}\n";

  @Test
  void downloadBringsTheFilesBytes() throws Exception {
    server.then(json(200, LINES));

    assertThat(download(provider)).isEqualTo(LINES);
    assertThat(server.calls()).containsExactly("GET /v1/files/file-1/content");
  }

  @Test
  void emptyFileIsEmpty() throws Exception {
    server.then(json(200, ""));

    assertThat(download(provider)).isEmpty();
  }

  @Test
  void downloadIsTriedAgainUntilItStarts() throws Exception {
    server.then(dropped(), json(503, "busy"), json(200, LINES));

    assertThat(download(provider)).isEqualTo(LINES);
  }

  @Test
  void missingFileIsAnErrorAtOnce() {
    server.then(json(404, error("c", "No such File object: file-1")));

    assertThat(failureOf(() -> provider.download("file-1")).kind()).isEqualTo(Kind.NOT_FOUND);
  }

  static Stream<Named<Reply>> brokenOff() {
    String head = "HTTP/1.1 200 OK\r\n";
    String chunk = "10\r\n" + LINES + "\r\n";
    return Stream.of(
        Named.of("short of its length", shortened(200, LINES.length() + 1, LINES)),
        Named.of("nothing at all", shortened(200, 5, "")),
        Named.of("no last chunk", raw(head + "Transfer-Encoding: chunked\r\n\r\n" + chunk)),
        Named.of("half a chunk", raw(head + "Transfer-Encoding: chunked\r\n\r\nff\r\n" + LINES)));
  }

  @ParameterizedTest
  @MethodSource("brokenOff")
  void connectionThatBreaksOffIsAnErrorAndNoShortFile(Reply reply) throws Exception {
    server.then(reply);

    try (InputStream in = provider.download("file-1")) {
      assertThatThrownBy(in::readAllBytes)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("/files/file-1/content broke off")
          .hasMessageContaining("download it again");
    }
  }

  @Test
  void chunkedFileIsWholeWithItsLastChunk() throws Exception {
    server.then(
        raw(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n"
                + LINES
                + "\r\n0\r\n\r\n"));

    assertThat(download(provider)).isEqualTo(LINES);
  }

  @Test
  void fileOfUnsaidLengthIsCheckedAgainstItsObject() throws Exception {
    Reply unsaid = raw("HTTP/1.1 200 OK\r\n\r\n" + LINES);
    server.then(unsaid, json(200, "{\"id\":\"file-1\",\"bytes\":16}"));
    server.then(unsaid, json(200, "{\"id\":\"file-1\",\"bytes\":17}"));

    assertThat(download(provider)).isEqualTo(LINES);
    assertThatThrownBy(() -> download(provider))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("16 of 17 bytes");
  }

  @Test
  void downloadThatStallsIsAnError() throws Exception {
    server.then(stalled(200, 500, LINES));
    OpenAiProvider impatient = provider(Backoff.DEFAULT, Duration.ofMillis(300));

    try (InputStream in = impatient.download("file-1")) {
      assertThatThrownBy(in::readAllBytes)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("brought nothing for 300 ms, 16 bytes in");
    }
  }

  @Test
  void compressedFileIsUnpackedAndACutOneIsAnError() throws Exception {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(LINES.getBytes(UTF_8));
    }
    byte[] whole = packed.toByteArray();
    byte[] cut = Arrays.copyOf(whole, whole.length - 9);
    server.then(
        reply(200, whole, "Content-Encoding: gzip"), reply(200, cut, "Content-Encoding: gzip"));

    assertThat(download(provider)).isEqualTo(LINES);
    assertThatThrownBy(() -> download(provider)).isInstanceOf(IOException.class);
  }

  @Test
  void downloadThatIsClosedEarlyLeavesTheProviderUsable() throws Exception {
    server.then(stalled(200, 1 << 20, LINES), json(200, batch("completed")));

    InputStream in = provider.download("file-1");
    assertThat(in.read()).isEqualTo('{');
    in.close();

    assertThat(provider.get("batch_1").status()).isEqualTo(BatchStatus.COMPLETED);
  }

  private static String download(OpenAiProvider provider) throws Exception {
    try (InputStream in = provider.download("file-1")) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
