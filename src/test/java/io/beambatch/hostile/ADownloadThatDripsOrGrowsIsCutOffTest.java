package io.beambatch.hostile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.cli.Said;
import io.beambatch.cli.Workplace;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.TooMuchException;
import io.beambatch.provider.http.Retries;
import io.beambatch.provider.http.Timeouts;
import io.beambatch.provider.openai.ProviderFixture;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import mockwebserver3.SocketEffect;
import okio.Buffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is read from outside comes byte by byte, or never ends, or is a few kilobytes that unpack to
 * gigabytes. It is read for so long, and so far, as what was asked for can take; then it is an
 * error that says why.
 */
class ADownloadThatDripsOrGrowsIsCutOffTest extends ProviderFixture {
  private static final int MEGABYTE = 1 << 20;

  @TempDir Path folder;

  @Test
  void downloadThatDripsIsTooSlow() throws Exception {
    then(
        reply(200, new Buffer().writeUtf8("x".repeat(10_000)))
            .throttleBody(1, 20, TimeUnit.MILLISECONDS)
            .build());
    Duration idle = Duration.ofMillis(300);

    try (BatchProvider impatient =
            provider(Retries.DEFAULT, new Timeouts(idle, Duration.ofSeconds(20), idle));
        InputStream in = impatient.download("file-1")) {
      assertThatThrownBy(in::readAllBytes)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("too slow")
          .hasMessageContaining("/files/file-1/content");
    }
  }

  @Test
  void downloadThatUnpacksToAThousandTimesItsSizeEndsWhereItIsMoreThanWasAskedFor()
      throws Exception {
    Buffer packed = zeros(50);
    assertThat(packed.size()).isLessThan(60_000);
    then(reply(200, packed, "Content-Encoding: gzip").build());

    try (InputStream in = provider.download("file-1", MEGABYTE)) {
      assertThatThrownBy(in::readAllBytes)
          .isInstanceOf(TooMuchException.class)
          .hasMessageContaining("file-1 has more than 1048576 bytes");
    }
  }

  @Test
  void downloadOfJustWhatWasAskedForIsWhole() throws Exception {
    then(json(200, "12345"));

    try (InputStream in = provider.download("file-1", 5)) {
      assertThat(in.readAllBytes()).isEqualTo("12345".getBytes(UTF_8));
    }
  }

  @Test
  void replyThatUnpacksToTooMuchIsNotTakenIntoMemory() throws Exception {
    then(reply(200, zeros(20), "Content-Encoding: gzip").build());

    ProviderException failure =
        failureOf(() -> provider(ONE_TRY, Duration.ofSeconds(20)).get("batch_1"));

    assertThat(failure).hasMessageContaining("larger than 16777216 bytes");
  }

  @Test
  void replyThatNeverEndsIsGivenUp() {
    then(
        reply(200, new Buffer().writeUtf8("[" + " ".repeat(MEGABYTE)))
            .setHeader("Content-Length", Long.MAX_VALUE)
            .onResponseEnd(SocketEffect.Stall.INSTANCE)
            .build());
    Timeouts timeouts =
        new Timeouts(Duration.ofSeconds(20), Duration.ofMillis(500), Duration.ofSeconds(20));

    assertThat(failureOf(() -> provider(ONE_TRY, timeouts).get("b")))
        .hasMessageContaining("no whole reply within 500 ms");
  }

  @Test
  void errorOfTenMegabytesIsCutToALine() {
    String words = "all is lost ".repeat(900_000);
    then(json(400, "{\"error\":{\"message\":\"" + words + "\",\"code\":\"" + words + "\"}}"));

    ProviderException failure = failureOf(() -> provider.get("b"));

    assertThat(failure.getMessage()).hasSizeLessThan(2_000).contains("was answered with 400");
  }

  @Test
  @Tag("slow")
  void sourceThatUnpacksToAThousandTimesItsSizeIsOneInvalidDocument() throws Exception {
    Workplace workplace = new Workplace(folder);
    Path source = folder.resolve("reviews.jsonl.gz");
    try (OutputStream gzip = new GZIPOutputStream(Files.newOutputStream(source))) {
      gzip.write("{\"id\": 1, \"text\": \"good\"}\n{\"id\": 2, \"text\": \"".getBytes(UTF_8));
      byte[] spaces = " ".repeat(MEGABYTE).getBytes(UTF_8);
      for (int i = 0; i < 2_000; i++) {
        gzip.write(spaces);
      }
      gzip.write("\"}\n{\"id\": 3, \"text\": \"bad\"}\n".getBytes(UTF_8));
    }
    assertThat(source).satisfies(file -> assertThat(Files.size(file)).isLessThan(4L << 20));

    Said said = workplace.run("pipelines/sentiment.yaml", "--set", "source.path=" + source);

    assertThat(said.exitCode()).as("%s", said).isZero();
    assertThat(workplace.answered()).hasSize(2);
    assertThat(workplace.failed())
        .singleElement()
        .satisfies(
            document ->
                assertThat(document.at("/_failure/reason").asText())
                    .isIn("invalid_document", "too_large"))
        .satisfies(document -> assertThat(document.toString()).hasSizeLessThan(100_000));
  }

  private static Buffer zeros(int megabytes) throws IOException {
    Buffer packed = new Buffer();
    try (OutputStream gzip = new GZIPOutputStream(packed.outputStream())) {
      for (int i = 0; i < megabytes; i++) {
        gzip.write(new byte[MEGABYTE]);
      }
    }
    return packed;
  }
}
