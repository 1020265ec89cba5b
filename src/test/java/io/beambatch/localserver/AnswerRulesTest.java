package io.beambatch.localserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Answers follow from the prompt by rules that a user can foresee. */
class AnswerRulesTest {
  private static LocalServer server;
  private static RawClient client;

  @BeforeAll
  static void start() throws IOException {
    server = LocalServer.start(LocalServerSettings.defaults());
    client = new RawClient(server);
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Classify the sentiment. Answer with one word: positive, negative or neutral. | I love it, works great! | positive",
        "Classify the sentiment. Answer with one word: positive, negative or neutral. | Terrible. It broke at once. | negative",
        "Classify the sentiment. Answer with one word: positive, negative or neutral. | It is a chair. | neutral",
        "Classify the sentiment. Answer with one word: positive, negative or neutral. | It has no leaks. | positive",
        "Classify the sentiment. Answer with one word: positive, negative or neutral. | Er tropft nicht. 😡 | negative",
        "Classify the sentiment. Answer with one word: positive, negative or neutral. | 孩子们玩得很开心。 | positive",
        "What is the sentiment of this review? | Not good at all | negative",
        "Label the ticket as one of: billing, shipping, returns. | My shipping address is wrong | shipping",
        "Choose from \"Sports\", \"Politics\" or \"Science\". | A new era of politics begins | Politics",
        "Summarize the text. | First one. Second one! Third one? | First one. Second one!",
        "| Summarize: The cat sat. It slept. It left. | The cat sat. It slept.",
        "| Classify as one of: spam, ham. Text: this is ham | ham",
        "Be kind. | one two three four five six seven eight nine ten eleven twelve thirteen | In short: one two three four five six seven eight nine ten eleven twelve",
      })
  void answersInPlainWords(String system, String user, String answer) throws Exception {
    JsonNode body = body(Lines.chat("a", system == null ? "" : system, user, ""));

    assertThat(body.at("/choices/0/message/content").asText()).isEqualTo(answer);
    assertThat(body.at("/choices/0/finish_reason").asText()).isEqualTo("stop");
  }

  @Test
  void choosesOneOfTheLabelsEvenIfTheTextNamesNone() throws Exception {
    JsonNode body = body(Lines.chat("a", "Answer with one of: red, green, blue.", "Hm.", ""));

    assertThat(body.at("/choices/0/message/content").asText()).isIn("red", "green", "blue");
  }

  @Test
  void cutsAnswersAtTheTokenLimit() throws Exception {
    JsonNode body = body(Lines.chat("a", "", "word ".repeat(50), ",\"max_tokens\":3,\"n\":2"));

    assertThat(body.get("choices")).hasSize(2);
    assertThat(body.at("/choices/1/finish_reason").asText()).isEqualTo("length");
    assertThat(body.at("/choices/1/message/content").asText()).isEqualTo("In short: wo");
    assertThat(body.at("/usage/completion_tokens").asInt()).isEqualTo(6);
  }

  @Test
  void readsMessagesMadeOfParts() throws Exception {
    JsonNode body =
        body(
            Lines.line(
                "a",
                Lines.CHAT,
                "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Hello parts\"},{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:x\"}}]}],\"model\":\"gpt-4o\"}"));

    assertThat(body.at("/choices/0/message/content").asText()).isEqualTo("In short: Hello parts");
  }

  @Test
  void marksResponsesThatWereCutAsIncomplete() throws Exception {
    JsonNode body =
        body(
            "/v1/responses",
            "{\"model\":\"gpt-4o\",\"max_output_tokens\":2,\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"Good morning to you all\"}]}]}");

    assertThat(body.get("status").asText()).isEqualTo("incomplete");
    assertThat(body.at("/incomplete_details/reason").asText()).isEqualTo("max_output_tokens");
    assertThat(body.at("/output/0/content/0/text").asText()).isEqualTo("In short");
  }

  @Test
  void embedsTextsAsUnitVectorsThatAreNearIfTheTextsAre() throws Exception {
    JsonNode data =
        body(
                "/v1/embeddings",
                "{\"model\":\"text-embedding-3-large\",\"input\":[\"the cat sat on the mat\",\"the cat lay on the mat\",\"stock markets fell sharply today\",\"the cat sat on the mat\"]}")
            .get("data");

    double[] sat = vector(data.get(0));
    assertThat(sat).hasSize(3072);
    assertThat(dot(sat, sat)).isBetween(0.999, 1.001);
    assertThat(dot(sat, vector(data.get(1)))).isGreaterThan(0.3);
    assertThat(Math.abs(dot(sat, vector(data.get(2))))).isLessThan(0.2);
    assertThat(vector(data.get(3))).isEqualTo(sat);
  }

  @Test
  void embedsInAsManyDimensionsAndInTheEncodingThatIsAskedFor() throws Exception {
    String request =
        "{\"model\":\"text-embedding-3-small\",\"input\":\"hello\",\"dimensions\":100%s}";
    double[] floats = vector(body("/v1/embeddings", request.formatted("")).at("/data/0"));
    String base64 =
        body("/v1/embeddings", request.formatted(",\"encoding_format\":\"base64\""))
            .at("/data/0/embedding")
            .asText();
    ByteBuffer bytes =
        ByteBuffer.wrap(Base64.getDecoder().decode(base64)).order(ByteOrder.LITTLE_ENDIAN);

    assertThat(floats).hasSize(100);
    for (double value : floats) {
      assertThat((double) bytes.getFloat()).isEqualTo(value, within());
    }
    assertThat(bytes.hasRemaining()).isFalse();
  }

  @Test
  void refusesABodyAsTheEndpointWould() throws Exception {
    assertThat(
            refusal(Lines.chat("a", "", "Hi", ",\"response_format\":{\"type\":\"json_object\"}")))
        .contains("must contain the word 'json'");
    assertThat(refusal(Lines.chat("a", "", "Hi", ",\"messages\":[]"))).contains("empty array");
    assertThat(
            refusal(
                Lines.chat("a", "", "Hi", ",\"messages\":[{\"role\":\"boss\",\"content\":\"\"}]")))
        .contains("Invalid value: 'boss'");
    assertThat(
            refusal(
                Lines.chat(
                    "a",
                    "",
                    "Hi",
                    ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"x\",\"strict\":true,\"schema\":{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"}}}}}")))
        .contains("'additionalProperties' is required");
    assertThat(refusal(Lines.chat("a", "", "x".repeat(ServerJson.MAX_STRING + 1), "")))
        .contains("string too long");
    assertThat(refusal(Lines.line("a", "/v1/embeddings", "{\"model\":\"e\",\"input\":\"\"}")))
        .contains("cannot be an empty string");
  }

  @Test
  void answersTheSameBodyTheSameWay() throws Exception {
    List<String> lines =
        Lines.each(50, i -> Lines.chat("r" + i, "Pick one of: a1, b2, c3.", "Number " + i, ""));

    JsonNode once = client.run(Lines.CHAT, lines);
    JsonNode again = client.run(Lines.CHAT, lines);

    assertThat(contents(again)).isEqualTo(contents(once));
  }

  private static List<String> contents(JsonNode batch) throws Exception {
    return client.results(batch, "output_file_id").values().stream()
        .map(line -> line.at("/response/body/choices/0/message/content").asText())
        .toList();
  }

  private static JsonNode body(String line) throws Exception {
    String url = RawClient.MAPPER.readTree(line).get("url").asText();
    JsonNode batch = client.run(url, List.of(line));
    assertThat(batch.get("output_file_id").isTextual()).as(batch.toString()).isTrue();
    return client.results(batch, "output_file_id").get("a").at("/response/body");
  }

  private static JsonNode body(String endpoint, String body) throws Exception {
    return body(Lines.line("a", endpoint, body));
  }

  private static String refusal(String line) throws Exception {
    String url = line.contains("/v1/embeddings") ? "/v1/embeddings" : Lines.CHAT;
    JsonNode batch = client.run(url, List.of(line));
    assertThat(batch.get("error_file_id").isTextual()).as(batch.toString()).isTrue();
    JsonNode result = client.results(batch, "error_file_id").get("a");
    assertThat(result.at("/response/status_code").asInt()).isEqualTo(400);
    return result.at("/response/body/error/message").asText();
  }

  private static Offset<Double> within() {
    return Offset.offset(1e-6);
  }

  private static double[] vector(JsonNode embedding) {
    JsonNode values = embedding.get("embedding");
    double[] vector = new double[values.size()];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = values.get(i).asDouble();
    }
    return vector;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
