package io.beambatch.provider;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResultLinesTest {
  private static final String ANSWERED =
      "{\"id\":\"batch_req_1\",\"custom_id\":\"c-1\",\"response\":{\"status_code\":200,"
          + "\"request_id\":\"req_1\",\"body\":{\"x\":\"y\"}},\"error\":null}";

  @Test
  void answeredLineHasStatusRequestIdAndBody() throws Exception {
    ResultLine line = only(ANSWERED);

    assertThat(line)
        .isEqualTo(
            new ResultLine(
                1, null, "c-1", 200, "req_1", Json.MAPPER.readTree("{\"x\":\"y\"}"), null, null));
  }

  @Test
  void lineWithoutAResponseHasItsErrorOnly() throws Exception {
    ResultLine line =
        only(
            "{\"custom_id\":\"c-1\",\"response\":null,\"error\":{\"code\":\"batch_expired\","
                + "\"message\":\"too late\"}}");

    assertThat(line)
        .isEqualTo(new ResultLine(1, null, "c-1", 0, null, null, "batch_expired", "too late"));
  }

  @Test
  void failedCallHasTheErrorOfItsBody() throws Exception {
    ResultLine line =
        only(
            "{\"custom_id\":\"c-1\",\"response\":{\"status_code\":400,\"body\":{\"error\":"
                + "{\"message\":\"bad\",\"type\":\"invalid_request_error\",\"code\":null}}},"
                + "\"error\":null}");

    assertThat(line.statusCode()).isEqualTo(400);
    assertThat(line.errorCode()).isEqualTo("invalid_request_error");
    assertThat(line.errorMessage()).isEqualTo("bad");
    assertThat(line.body()).isNotNull();
  }

  @Test
  void bodyInAStringIsReadAsJson() throws Exception {
    assertThat(
            only("{\"custom_id\":\"c\",\"response\":{\"status_code\":\"200\",\"body\":\"{\\\"x\\\":1}\"}}")
                .body())
        .isEqualTo(Json.MAPPER.readTree("{\"x\":1}"));
    assertThat(only("{\"response\":{\"status_code\":500,\"body\":\"Bad gateway\"}}").body())
        .hasToString("\"Bad gateway\"");
    assertThat(only("{\"response\":{\"status_code\":500,\"body\":\"42\"}}").body())
        .hasToString("\"42\"");
  }

  @Test
  void absentStatusIsSuccessOnlyBesideABodyWithoutAnError() throws Exception {
    assertThat(only("{\"custom_id\":\"c\",\"response\":{\"body\":{\"x\":1}}}").statusCode())
        .isEqualTo(200);
    assertThat(
            only("{\"custom_id\":\"c\",\"response\":{\"body\":{\"error\":{\"code\":\"e\"}}}}")
                .statusCode())
        .isZero();
    assertThat(only("{\"custom_id\":\"c\"}").statusCode()).isZero();
    assertThat(
            only("{\"custom_id\":\"c\",\"response\":{\"status_code\":0,\"body\":{\"x\":1}}}")
                .statusCode())
        .isZero();
  }

  @Test
  void everyDigitOfANumberIsKept() throws Exception {
    String numbers = "[0.1234567890123456789012345,1.50,1E+2,123456789012345678901234567890]";
    ResultLine line =
        only(
            "{\"custom_id\":\"c\",\"response\":{\"status_code\":200,\"body\":{\"n\":"
                + numbers
                + "}}}");

    assertThat(line.body().path("n")).hasToString(numbers);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"custom_id\":\"c-1\",\"response\":{\"secret",
        "secret",
        "{\"custom_id\":\"secret\"} {}",
        "[\"secret\"]",
        "\"secret\"",
        "\0\0secret",
      })
  void lineThatCannotBeReadIsMarkedAndTheOthersAreRead(String bad) throws Exception {
    List<ResultLine> lines = read(ANSWERED + "\n" + bad + "\n\n" + ANSWERED);

    assertThat(lines).extracting(ResultLine::line).containsExactly(1L, 2L, 4L);
    assertThat(lines.get(0).unreadable()).isNull();
    assertThat(lines.get(1).unreadable()).isNotBlank().doesNotContain("secret");
    assertThat(lines.get(1).toString()).doesNotContain("secret");
    assertThat(lines.get(2).customId()).isEqualTo("c-1");
  }

  @Test
  void brokenCharactersMakeALineUnreadable() throws Exception {
    byte[] bytes = "{\"custom_id\":\"caf\u00e9\"}\n".getBytes(ISO_8859_1);

    assertThat(new ResultLines(new ByteArrayInputStream(bytes)).next().unreadable()).isNotBlank();
  }

  @Test
  void lineBreaksOfAllKindsBlankLinesAndByteOrderMarksArePassedOver() throws Exception {
    List<ResultLine> lines = read("\ufeff" + ANSWERED + "\r\n \t\r\n\n" + ANSWERED + "\r\n");

    assertThat(lines).extracting(ResultLine::line).containsExactly(1L, 4L);
    assertThat(lines).extracting(ResultLine::customId).containsOnly("c-1");
    assertThat(read("")).isEmpty();
    assertThat(read("\n\n")).isEmpty();
  }

  @Test
  void lineOfManyMegabytesIsRead() throws Exception {
    String image = "A".repeat(30_000_000);

    ResultLine line =
        only(
            "{\"custom_id\":\"c\",\"response\":{\"status_code\":200,\"body\":{\"b64\":\""
                + image
                + "\"}}}");

    assertThat(line.body().path("b64").asText()).hasSize(30_000_000);
  }

  @Test
  void lineThatIsTooLongIsMarkedAndPassedOver() throws Exception {
    int longest = ANSWERED.length();
    String text = ANSWERED + " \n" + ANSWERED + "\n" + "x".repeat(500_000) + "\n" + ANSWERED;

    try (ResultLines lines =
        new ResultLines(new ByteArrayInputStream(text.getBytes(UTF_8)), longest)) {
      List<ResultLine> all = all(lines);

      assertThat(all).extracting(ResultLine::line).containsExactly(1L, 2L, 3L, 4L);
      assertThat(all)
          .extracting(line -> line.unreadable() == null)
          .containsExactly(false, true, false, true);
      assertThat(all.get(2).unreadable()).contains("more than " + longest + " bytes");
    }
  }

  @Test
  void fileThatBreaksOffIsAnErrorAndNoEnd() {
    InputStream broken =
        new SequenceInputStream(
            new ByteArrayInputStream((ANSWERED + "\n{\"custom").getBytes(UTF_8)),
            new FilterInputStream(InputStream.nullInputStream()) {
              @Override
              public int read(byte[] buffer, int offset, int length) throws IOException {
                throw new IOException("broke off");
              }
            });

    assertThatThrownBy(() -> all(new ResultLines(broken)))
        .isInstanceOf(IOException.class)
        .hasMessage("broke off");
  }

  private static ResultLine only(String line) throws IOException {
    List<ResultLine> lines = read(line + "\n");
    assertThat(lines).hasSize(1);
    assertThat(lines.get(0).unreadable()).isNull();
    return lines.get(0);
  }

  private static List<ResultLine> read(String text) throws IOException {
    try (ResultLines lines = new ResultLines(new ByteArrayInputStream(text.getBytes(UTF_8)))) {
      return all(lines);
    }
  }

  private static List<ResultLine> all(ResultLines lines) throws IOException {
    List<ResultLine> all = new ArrayList<>();
    for (ResultLine line = lines.next(); line != null; line = lines.next()) {
      all.add(line);
    }
    return all;
  }
}
