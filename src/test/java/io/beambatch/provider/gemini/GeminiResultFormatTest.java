package io.beambatch.provider.gemini;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.beambatch.json.JsonSlice;
import io.beambatch.provider.ResultLine;
import io.beambatch.provider.ResultLine.Ending;
import io.beambatch.provider.ResultLine.Status;
import java.io.IOException;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lines as Google's documents and SDKs show them. */
class GeminiResultFormatTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void readsAnAnswerAndBillsThoughtsAsWhatWasWritten() throws IOException {
    ResultLine line =
        read(
            "{\"key\":\"c-1\",\"response\":{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"hm\",\"thought\":true},{\"text\":\"po\"},{\"text\":\"sitive\"}],\"role\":\"model\"},\"finishReason\":\"STOP\",\"index\":0}],\"usageMetadata\":{\"promptTokenCount\":11,\"cachedContentTokenCount\":4,\"candidatesTokenCount\":2,\"thoughtsTokenCount\":30,\"totalTokenCount\":43},\"modelVersion\":\"gemini-2.5-flash\",\"responseId\":\"r1\"}}");

    assertThat(line.status()).isEqualTo(Status.ANSWERED);
    assertThat(text(line)).isEqualTo("positive");
    assertThat(line.answer().ending()).isEqualTo(Ending.COMPLETE);
    assertThat(line.usage().prompt()).isEqualTo(11);
    assertThat(line.usage().cached()).isEqualTo(4);
    assertThat(line.usage().completion()).isEqualTo(32);
    assertThat(line.usage().reasoning()).isEqualTo(30);
    assertThat(Objects.requireNonNull(line.model()).text()).isEqualTo("gemini-2.5-flash");
    assertThat(line.requestId()).isEqualTo("r1");
  }

  @ParameterizedTest
  @CsvSource({
    "STOP, COMPLETE",
    "MAX_TOKENS, TRUNCATED",
    "SAFETY, REFUSED",
    "RECITATION, REFUSED",
    "PROHIBITED_CONTENT, REFUSED",
    "BLOCKLIST, REFUSED",
    "SPII, REFUSED",
    "MALFORMED_FUNCTION_CALL, ERROR",
    "OTHER, ERROR"
  })
  void tellsHowAnAnswerEnded(String reason, Ending ending) throws IOException {
    ResultLine line =
        read(
            "{\"key\":\"c\",\"response\":{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a\"}]},\"finishReason\":\"%s\"}]}}"
                .formatted(reason));

    assertThat(line.answer().ending()).isEqualTo(ending);
  }

  @Test
  void takesABlockedPromptForRefused() throws IOException {
    ResultLine line =
        read(
            "{\"key\":\"c\",\"response\":{\"promptFeedback\":{\"blockReason\":\"PROHIBITED_CONTENT\"},\"usageMetadata\":{\"promptTokenCount\":7}}}");

    assertThat(line.status()).isEqualTo(Status.ANSWERED);
    assertThat(line.answer().ending()).isEqualTo(Ending.REFUSED);
    assertThat(line.answer().value()).isNull();
    assertThat(Objects.requireNonNull(line.answer().refusal()).text())
        .isEqualTo("PROHIBITED_CONTENT");
    assertThat(line.usage().prompt()).isEqualTo(7);
  }

  @ParameterizedTest
  @CsvSource({
    "3, REJECTED",
    "5, REJECTED",
    "7, REJECTED",
    "1, CANCELLED",
    "4, API_ERROR",
    "8, API_ERROR",
    "13, API_ERROR",
    "14, API_ERROR",
    "400, REJECTED",
    "429, API_ERROR",
    "503, API_ERROR"
  })
  void tellsFaultsOfARequestFromOthers(int code, Status status) throws IOException {
    ResultLine line =
        read("{\"key\":\"c\",\"error\":{\"code\":%d,\"message\":\"Nope\"}}".formatted(code));

    assertThat(line.status()).isEqualTo(status);
    assertThat(line.errorMessage()).isEqualTo("Nope");
  }

  @Test
  void takesTheArgumentsOfAFunctionCallForTheAnswer() throws IOException {
    ResultLine line =
        read(
            "{\"key\":\"c\",\"response\":{\"candidates\":[{\"content\":{\"parts\":[{\"functionCall\":{\"name\":\"f\",\"args\":{\"a\": 1}}}]},\"finishReason\":\"STOP\"}]}}");

    assertThat(Objects.requireNonNull(line.answer().value()).json()).isEqualTo("{\"a\":1}");
  }

  @Test
  void makesAListOfSeveralCandidates() throws IOException {
    ResultLine line =
        read(
            "{\"generationConfig\":{\"candidateCount\":2}}",
            "generateContent",
            "{\"key\":\"c\",\"response\":{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a\"}]},\"finishReason\":\"STOP\"},{\"content\":{\"parts\":[{\"text\":\"b\"}]},\"finishReason\":\"MAX_TOKENS\"}]}}");

    assertThat(Objects.requireNonNull(line.answer().value()).json()).isEqualTo("[\"a\",\"b\"]");
    assertThat(line.answer().ending()).isEqualTo(Ending.TRUNCATED);
  }

  @Test
  void readsAnEmbedding() throws IOException {
    ResultLine line =
        read(
            "{}",
            "embedContent",
            "{\"key\":\"c\",\"response\":{\"embedding\":{\"values\":[0.1,-2]},\"tokenCount\":\"5\"}}");

    assertThat(Objects.requireNonNull(line.answer().value()).json()).isEqualTo("[0.1,-2]");
    assertThat(line.usage().prompt()).isEqualTo(5);
  }

  @Test
  void takesNothingForAnAnswer() throws IOException {
    assertThat(read("{\"key\":\"c\"}").status()).isEqualTo(Status.API_ERROR);
    assertThat(read("{\"key\":\"c\",\"response\":{}}").answer().value()).isNull();
    assertThat(format("{}", "generateContent").read(JsonSlice.of("{\"key\":\"c\",\"res"))).isNull();
    assertThat(format("{}", "generateContent").customId(JsonSlice.of("{\"key\":\"c\",\"res")))
        .isEqualTo("c");
  }

  @Test
  void readsSchemasInGooglesNotation() throws IOException {
    JsonNode config =
        JSON.readTree(
            "{\"response_mime_type\":\"application/json\",\"response_schema\":{\"type\":\"OBJECT\",\"properties\":{\"a\":{\"type\":\"STRING\",\"nullable\":true},\"b\":{\"type\":\"ARRAY\",\"items\":{\"type\":\"INTEGER\"}}},\"required\":[\"a\"],\"propertyOrdering\":[\"a\",\"b\"]}}");

    assertThat(GeminiEndpoint.GENERATE_CONTENT.askedJson(config).schema())
        .isEqualTo(
            JSON.readTree(
                "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":[\"string\",\"null\"]},\"b\":{\"type\":\"array\",\"items\":{\"type\":\"integer\"}}},\"required\":[\"a\"]}"));
  }

  private static String text(ResultLine line) throws IOException {
    return Objects.requireNonNull(line.answer().value()).text();
  }

  private static ResultLine read(String line) throws IOException {
    return read("{}", "generateContent", line);
  }

  private static ResultLine read(String body, String endpoint, String line) throws IOException {
    return Objects.requireNonNull(format(body, endpoint).read(JsonSlice.of(line)));
  }

  private static io.beambatch.provider.ResultFormat format(String body, String endpoint)
      throws IOException {
    return GeminiApi.INSTANCE.results(
        GeminiApi.INSTANCE.endpoint(endpoint), JSON.readTree(body), null);
  }
}
