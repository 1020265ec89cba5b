package io.beambatch.result;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What is said about a job's answers before anything is paid. */
class AnswerWarningsTest {
  private static final String OBJECT = "{\"type\":\"object\"}";

  @Test
  void nothingIsSaidOfPlainJobs() {
    assertThat(AnswerWarnings.of(Jobs.chat().inference())).isEmpty();
    assertThat(
            AnswerWarnings.of(
                Jobs.chat()
                    .schema(OBJECT)
                    .body("{\"response_format\":{\"type\":\"json_object\"}}")
                    .inference()))
        .isEmpty();
    assertThat(AnswerWarnings.of(Jobs.chat().schema("{\"enum\":[\"a\"]}").inference())).isEmpty();
    assertThat(AnswerWarnings.of(Jobs.chat().endpoint("/v1/embeddings").schema(OBJECT).inference()))
        .isEmpty();
  }

  @Test
  void severalAnswersAndToolsAreSaidUnlessAPointerTakesOne() {
    Jobs several = Jobs.chat().body("{\"n\":3}");
    assertThat(AnswerWarnings.of(several.inference()))
        .singleElement()
        .asString()
        .contains("request.body.n", "result.sentiment will be a list", "result.pointer");
    assertThat(AnswerWarnings.of(several.pointer("/choices/0/message").inference())).isEmpty();
    assertThat(AnswerWarnings.of(Jobs.chat().body("{\"tools\":[{}]}").inference()))
        .singleElement()
        .asString()
        .contains("arguments of the call");
  }

  @Test
  void schemaWithoutAFormatInTheRequestIsSaidWithTheKeyToAdd() {
    assertThat(AnswerWarnings.of(Jobs.chat().schema(OBJECT).inference()))
        .singleElement()
        .asString()
        .contains("Add response_format to request.body");
    assertThat(AnswerWarnings.of(Jobs.chat().endpoint("/v1/responses").schema(OBJECT).inference()))
        .singleElement()
        .asString()
        .contains("Add text.format to request.body");
  }
}
