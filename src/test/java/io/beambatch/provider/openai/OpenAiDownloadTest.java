package io.beambatch.provider.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.http.Retries;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import okio.Buffer;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OpenAiDownloadTest extends ProviderFixture {
  private static final String LINES = "{\"a\":1}\n{\"b\":2}\n";

  @Test
  void downloadBringsTheFilesBytes() throws Exception {
    then(json(200, LINES));

    assertThat(download(provider)).isEqualTo(LINES);
    assertThat(calls()).containsExactly("GET /v1/files/file-1/content");
  }

  @Test
  void emptyFileIsEmpty() throws Exception {
    then(json(200, ""));

    assertThat(download(provider)).isEmpty();
  }

  @Test
  void downloadIsTriedAgainUntilItStarts() throws Exception {
    then(dropped(), json(503, "busy"), json(200, LINES));

    assertThat(download(provider)).isEqualTo(LINES);
  }

  /** Such as a proxy's page to log in on, or a provider's for what it does not want to say. */
  @Test
  void webPageIsNoFile() throws Exception {
    then(webPage("text/html; charset=utf-8"), webPage("application/xhtml+xml"), json(200, LINES));

    assertThat(download(provider)).isEqualTo(LINES);

    then(webPage("TEXT/HTML"));
    ProviderException failure =
        failureOf(() -> provider(ONE_TRY, Duration.ofSeconds(20)).download("file-1"));
    assertThat(failure.kind()).isEqualTo(Kind.NO_REPLY);
    assertThat(failure)
        .hasMessageContaining("/files/file-1/content was answered with 200")
        .hasMessageContaining("is a web page and no file")
        .hasMessageNotContaining("log in");
  }

  private static MockResponse webPage(String type) {
    return reply(200, new Buffer().writeUtf8("<html>Please log in.</html>\n"))
        .setHeader("Content-Type", type)
        .build();
  }

  @Test
  void missingFileIsAnErrorAtOnce() {
    then(json(404, error("c", "No such File object: file-1")));

    assertThat(failureOf(() -> provider.download("file-1")).kind()).isEqualTo(Kind.NOT_FOUND);
  }

  static Stream<Named<MockResponse>> brokenOff() {
    String chunk = "10\r\n" + LINES + "\r\n";
    return Stream.of(
        Named.of("short of its length", shortened(200, LINES.length() + 1, LINES)),
        Named.of("nothing at all", shortened(200, 5, "")),
        Named.of("no last chunk", chunks(chunk)),
        Named.of("half a chunk", chunks("ff\r\n" + LINES)));
  }

  /** A body as it stands after {@code Transfer-Encoding: chunked}; hangs up after it. */
  private static MockResponse chunks(String body) {
    return reply(200, new Buffer().writeUtf8(body), "Transfer-Encoding: chunked")
        .removeHeader("Content-Length")
        .onResponseEnd(new SocketEffect.CloseSocket())
        .build();
  }

  @ParameterizedTest
  @MethodSource("brokenOff")
  void connectionThatBreaksOffIsAnErrorAndNoShortFile(MockResponse reply) throws Exception {
    then(reply);

    try (InputStream in = provider.download("file-1")) {
      assertThatThrownBy(in::readAllBytes)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("/files/file-1/content broke off")
          .hasMessageContaining("download it again");
    }
  }

  @Test
  void chunkedFileIsWholeWithItsLastChunk() throws Exception {
    then(chunks("10\r\n" + LINES + "\r\n0\r\n\r\n"));

    assertThat(download(provider)).isEqualTo(LINES);
  }

  @Test
  void fileOfUnsaidLengthIsCheckedAgainstItsObject() throws Exception {
    MockResponse unsaid =
        reply(200, new Buffer().writeUtf8(LINES))
            .removeHeader("Content-Length")
            .onResponseEnd(new SocketEffect.CloseSocket())
            .build();
    then(unsaid, json(200, "{\"id\":\"file-1\",\"bytes\":16}"));
    then(unsaid, json(200, "{\"id\":\"file-1\",\"bytes\":17}"));

    assertThat(download(provider)).isEqualTo(LINES);
    assertThatThrownBy(() -> download(provider))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("16 of 17 bytes");
  }

  @Test
  void downloadThatStallsIsAnError() throws Exception {
    then(stalled(200, 500, LINES));
    OpenAiProvider impatient = provider(Retries.DEFAULT, Duration.ofMillis(300));

    try (InputStream in = impatient.download("file-1")) {
      assertThatThrownBy(in::readAllBytes)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("delivered nothing for 300 ms, 16 bytes in");
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
    then(
        reply(200, new Buffer().write(whole), "Content-Encoding: gzip").build(),
        reply(200, new Buffer().write(cut), "Content-Encoding: gzip").build());

    assertThat(download(provider)).isEqualTo(LINES);
    assertThatThrownBy(() -> download(provider)).isInstanceOf(IOException.class);
  }

  @Test
  void downloadThatIsClosedEarlyLeavesTheProviderUsable() throws Exception {
    then(stalled(200, 1 << 20, LINES), json(200, batch("completed")));

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
