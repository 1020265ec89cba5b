package io.beambatch.provider.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.json.JsonSlice;
import io.beambatch.provider.ResultLine;
import io.beambatch.provider.ResultLine.Ending;
import io.beambatch.provider.ResultLine.Status;
import io.beambatch.provider.TokenUsage;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Result lines as the documentation has them. */
class MessageResultsTest {
  private final MessageResults results = new MessageResults(null);

  @Test
  void answerIsTheTextOfAllBlocks() throws Exception {
    ResultLine line =
        read(
            message(
                "{\"type\":\"thinking\",\"thinking\":\"hm\"},{\"type\":\"text\",\"text\":\"po\\\"s\"},"
                    + "{\"type\":\"text\",\"text\":\"itive\"}",
                "end_turn"));

    assertThat(line.status()).isEqualTo(Status.ANSWERED);
    assertThat(value(line)).isEqualTo("\"po\\\"sitive\"");
    assertThat(line.answer().ending()).isEqualTo(Ending.COMPLETE);
    assertThat(Objects.requireNonNull(line.model()).text()).isEqualTo("claude-x");
    assertThat(results.customId(JsonSlice.of(message("", "end_turn")))).isEqualTo("p-0");
  }

  @Test
  void tokensReadFromTheCacheAndWrittenToItArePartOfThePrompt() throws Exception {
    assertThat(read(message("", "end_turn")).usage())
        .isEqualTo(new TokenUsage(11 + 100 + 40, 36, 100, -1, 40, 30));
  }

  @Test
  void inputOfAToolThatIsCalledIsTheAnswer() throws Exception {
    ResultLine line =
        read(
            message(
                "{\"type\":\"text\",\"text\":\"I call it.\"},"
                    + "{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"n\",\"input\":{ \"a\": 1 }}",
                "tool_use"));

    assertThat(value(line)).isEqualTo("{\"a\":1}");
  }

  @ParameterizedTest
  @CsvSource({
    "end_turn, COMPLETE",
    "stop_sequence, COMPLETE",
    "max_tokens, TRUNCATED",
    "model_context_window_exceeded, TRUNCATED",
    "pause_turn, PAUSED",
    "refusal, REFUSED"
  })
  void stopReasonsSayHowTheAnswerEnded(String reason, Ending ending) throws Exception {
    ResultLine line = read(message("{\"type\":\"text\",\"text\":\"a\"}", reason));
    assertThat(line.answer().ending()).isEqualTo(ending);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "invalid_request_error | max_tokens: must be at least 1 | REJECTED",
        "not_found_error | model: no such | REJECTED",
        "invalid_request_error | Your credit balance is too low to access | OUT_OF_FUNDS",
        "billing_error | pay | OUT_OF_FUNDS",
        "rate_limit_error | slow | API_ERROR",
        "overloaded_error | busy | API_ERROR",
        "new_error | what | API_ERROR"
      })
  void errorsOfLinesAreTheRequestsOrPassOrAreTheAccounts(String type, String message, Status status)
      throws Exception {
    ResultLine line =
        read(
            "{\"custom_id\":\"p-0\",\"result\":{\"type\":\"errored\",\"error\":{\"type\":\"error\","
                + "\"error\":{\"type\":\""
                + type
                + "\",\"message\":\""
                + message
                + "\"},\"request_id\":\"req_1\"}}}");

    assertThat(line.status()).isEqualTo(status);
    assertThat(line.requestId()).isEqualTo("req_1");
    assertThat(line.errorCode()).isEqualTo(type);
    assertThat(line.errorMessage()).isEqualTo(message);
    assertThat(line.charged()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"canceled, CANCELLED", "expired, EXPIRED"})
  void whatWasNotAnsweredSaysWhy(String type, Status status) throws Exception {
    assertThat(read("{\"custom_id\":\"p-0\",\"result\":{\"type\":\"" + type + "\"}}").status())
        .isEqualTo(status);
  }

  @Test
  void lineThatIsNotWellFormedIsNone() throws Exception {
    assertThat(results.read(JsonSlice.of("{\"custom_id\":\"p-0\",\"result\":{"))).isNull();
  }

  @Test
  void pointerTakesSomethingElseAsTheAnswer() throws Exception {
    ResultLine line =
        new MessageResults("/content/0/input/a")
            .read(
                JsonSlice.of(
                    message(
                        "{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"n\",\"input\":{\"a\":1}}",
                        "tool_use")));
    assertThat(value(Objects.requireNonNull(line))).isEqualTo("1");
  }

  private ResultLine read(String line) throws Exception {
    return Objects.requireNonNull(results.read(JsonSlice.of(line)));
  }

  private static String value(ResultLine line) throws Exception {
    return Objects.requireNonNull(line.answer().value()).json();
  }

  private static String message(String content, String stopReason) {
    return "{\"custom_id\":\"p-0\",\"result\":{\"type\":\"succeeded\",\"message\":{\"id\":\"msg_1\","
        + "\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude-x\",\"content\":["
        + content
        + "],\"stop_reason\":\""
        + stopReason
        + "\",\"stop_sequence\":null,\"usage\":{\"input_tokens\":11,"
        + "\"cache_creation_input_tokens\":40,\"cache_read_input_tokens\":100,"
        + "\"cache_creation\":{\"ephemeral_5m_input_tokens\":10,\"ephemeral_1h_input_tokens\":30},"
        + "\"output_tokens\":36,\"service_tier\":\"batch\"}}}}";
  }
}
