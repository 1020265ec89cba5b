package io.beambatch.provider.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchError;
import io.beambatch.provider.BatchPage;
import io.beambatch.provider.InputFile;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.TooMuchException;
import io.beambatch.provider.http.Retries;
import io.beambatch.provider.http.Timeouts;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import okio.Buffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A provider that is broken, or means ill: it may fail a call, and nothing worse. */
class OpenAiHostileTest extends ProviderFixture {
  private static final String ESCAPES = "\u001b[2J\u009b2J\u202e\u2028\r\nerror: all is well";

  @Test
  void waitOfThirtyYearsIsRefusedWithItsNumber() {
    then(json(503, "busy", "Retry-After: 1000000000"));

    ProviderException failure = failureOf(() -> provider.get("batch_1"));

    assertThat(failure)
        .hasMessageContaining("asks to wait for 1000000000 s")
        .hasMessageContaining("600 s")
        .hasMessageContaining("run the same command again later");
    assertThat(waits).isEmpty();
  }

  @Test
  void downloadThatDripsIsTooSlowAndSaysSo() throws Exception {
    then(
        reply(200, new Buffer().writeUtf8("x".repeat(10_000)))
            .throttleBody(1, 20, TimeUnit.MILLISECONDS)
            .build());
    Duration idle = Duration.ofMillis(300);

    try (OpenAiProvider impatient =
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
    Buffer packed = new Buffer();
    try (OutputStream gzip = new GZIPOutputStream(packed.outputStream())) {
      for (int i = 0; i < 50; i++) {
        gzip.write(new byte[1 << 20]);
      }
    }
    assertThat(packed.size()).isLessThan(60_000);
    then(reply(200, packed, "Content-Encoding: gzip").build());

    try (InputStream in = provider.download("file-1", 1 << 20)) {
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
    Buffer packed = new Buffer();
    try (OutputStream gzip = new GZIPOutputStream(packed.outputStream())) {
      for (int i = 0; i < 20; i++) {
        gzip.write(new byte[1 << 20]);
      }
    }
    then(reply(200, packed, "Content-Encoding: gzip").build());

    ProviderException failure =
        failureOf(() -> provider(ONE_TRY, Duration.ofSeconds(20)).get("batch_1"));

    assertThat(failure).hasMessageContaining("larger than 16777216 bytes");
  }

  @Test
  void absurdNumbersAreCountsAllTheSame() throws Exception {
    then(
        json(
            200,
            "{\"id\":\"b\",\"status\":\"in_progress\",\"created_at\":4102444800,"
                + "\"request_counts\":{\"total\":1e30,\"completed\":-5,"
                + "\"failed\":1000000000000000000},\"errors\":[{\"line\":-3,\"message\":\"m\"}]}"));

    Batch batch = provider.get("b");

    assertThat(batch.total()).isEqualTo(1_000_000_000);
    assertThat(batch.completed()).isZero();
    assertThat(batch.failed()).isEqualTo(1_000_000_000);
    assertThat(batch.errors()).containsExactly(new BatchError(null, "m", null, null));
    // In 2100 as the provider says; a search for lost batches would end too early there.
    assertThat(batch.createdAt()).isEqualTo(NOW);
  }

  @Test
  void fileOfTheFutureHasNoTime() throws Exception {
    then(json(200, "{\"data\":[{\"id\":\"f\",\"created_at\":9000000000000000000}]}"));

    assertThat(provider.listFiles(null, 10).files())
        .containsExactly(new InputFile("f", "", Instant.EPOCH));
  }

  @Test
  void metadataOfStrangersStaysSmall() throws Exception {
    StringBuilder pairs = new StringBuilder("\"long\":\"" + "x".repeat(1000) + "\"");
    for (int i = 0; i < 100; i++) {
      pairs.append(",\"k").append(i).append("\":\"v\"");
    }
    then(json(200, "{\"id\":\"b\",\"metadata\":{" + pairs + "}}"));

    assertThat(provider.get("b").metadata()).hasSize(16).doesNotContainKey("long");
  }

  @ParameterizedTest
  @ValueSource(strings = {"b\\u001b[2J", "b c", "b\\u202e", ""})
  void idThatIsNoneIsNotTaken(String id) {
    then(json(200, "{\"id\":\"" + id + "\",\"status\":\"completed\"}"));

    assertThat(failureOf(() -> provider(ONE_TRY, Duration.ofSeconds(20)).get("b")).kind())
        .isEqualTo(Kind.NO_REPLY);
  }

  @Test
  void idLeadsToNoOtherCall() throws Exception {
    then(json(200, batch("completed")));

    provider.get("../files?x=#y");

    assertThat(calls()).containsExactly("GET /v1/batches/..%2Ffiles%3Fx=%23y");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"data\":[],\"has_more\":true}",
        "{\"data\":[{\"id\":\"\"}],\"has_more\":true}",
        "{\"data\":[],\"has_more\":true,\"last_id\":\"b\"}"
      })
  void pageWithoutAnythingEndsTheListThoughItPromisesMore(String page) throws Exception {
    then(json(200, page), json(200, page));

    assertThat(provider.list("a", 100).hasMore()).isFalse();
    assertThat(provider.listFiles("a", 100).hasMore()).isFalse();
  }

  @Test
  void idsOfFilesThatSteerATerminalAreNone() throws Exception {
    then(
        json(
            200,
            "{\"id\":\"b\",\"status\":\"completed\",\"output_file_id\":\"f\\u001b[2J\","
                + "\"error_file_id\":\"f\\u202e\",\"input_file_id\":\"f g\"}"));

    Batch batch = provider.get("b");

    assertThat(batch.outputFileId()).isNull();
    assertThat(batch.errorFileId()).isNull();
    assertThat(batch.inputFileId()).isEmpty();
  }

  @Test
  void errorOfTenMegabytesIsCutToALine() {
    String words = "all is lost ".repeat(900_000);
    then(json(400, "{\"error\":{\"message\":\"" + words + "\",\"code\":\"" + words + "\"}}"));

    ProviderException failure = failureOf(() -> provider.create("f", "/v1/x", Map.of()));

    assertThat(failure.getMessage()).hasSizeLessThan(2_000).contains("was answered with 400");
  }

  static List<MockResponse> escapes() {
    return List.of(
        json(
            400,
            "{\"error\":{\"message\":\"\\u001b[2J\\u009b2J\\u202e\\u2028\\r\\nerror: all is well\","
                + "\"code\":\"\\u001b[31m\"}}"),
        json(400, ESCAPES),
        json(400, "<html><title>" + ESCAPES + "</title>"),
        reply(400, new Buffer())
            .addHeaderLenient("x-request-id", "r\u001b[2J")
            .addHeaderLenient("Location", "http://a\u001b[2J/")
            .build(),
        new MockResponse.Builder().status("HTTP/1.1 abc \u001b[2J\u009b2J").build(),
        new MockResponse.Builder().status("\u001b[2J").build());
  }

  @ParameterizedTest
  @MethodSource("escapes")
  void nothingInAReplySteersATerminal(MockResponse reply) {
    then(reply);

    ProviderException failure = failureOf(() -> provider.create("f", "/v1/x", Map.of()));

    for (Throwable shown = failure; shown != null; shown = shown.getCause()) {
      assertThat(shown.toString()).doesNotContainPattern("[\\p{Cc}\\p{Cf}\\p{Zl}]");
    }
    assertThat(String.valueOf(failure.code())).doesNotContainPattern("\\p{Cc}");
    assertThat(String.valueOf(failure.requestId())).doesNotContainPattern("\\p{Cc}");
  }

  @Test
  void listThatIsABareArrayIsReadToItsEnd() throws Exception {
    String array = "[" + batch("completed") + "]";
    then(json(200, array), json(200, array), json(200, array), json(200, "[{\"id\":\"f\"}]"));

    assertThat(provider.list(null, 100))
        .matches(page -> page.batches().size() == 1 && !page.hasMore());
    assertThat(provider.list(null, 1)).matches(BatchPage::hasMore, "may go on");
    assertThat(provider.list("batch_1", 1)).isEqualTo(new BatchPage(List.of(), false));
    assertThat(provider.listFiles(null, 100).files()).hasSize(1);
  }

  @Test
  void replyThatNeverEndsIsCutOff() {
    then(
        reply(200, new Buffer().writeUtf8("[" + " ".repeat(1 << 20)))
            .setHeader("Content-Length", Long.MAX_VALUE)
            .onResponseEnd(SocketEffect.Stall.INSTANCE)
            .build());
    Timeouts timeouts =
        new Timeouts(Duration.ofSeconds(20), Duration.ofMillis(500), Duration.ofSeconds(20));

    assertThat(failureOf(() -> provider(ONE_TRY, timeouts).get("b")))
        .hasMessageContaining("no whole reply within 500 ms");
  }
}
