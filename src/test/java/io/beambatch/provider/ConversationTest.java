package io.beambatch.provider;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.job.RequestSpec;
import io.beambatch.json.JsonSlice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How each endpoint's requests go on after an answer. */
class ConversationTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "OPENAI    | /v1/chat/completions | /messages | [{'role':'user','content':'q'}]"
            + "| [{'role':'user','content':'q'},{'role':'assistant','content':'a'},"
            + "{'role':'user','content':'why'}]",
        "OPENAI    | /v1/responses        | /input    | 'q'"
            + "| [{'role':'user','content':'q'},{'role':'assistant','content':'a'},"
            + "{'role':'user','content':'why'}]",
        "ANTHROPIC | /v1/messages         | /messages | [{'role':'user','content':'q'}]"
            + "| [{'role':'user','content':'q'},{'role':'assistant','content':'a'},"
            + "{'role':'user','content':'why'}]",
        "GEMINI    | /v1beta/generateContent | /contents | [{'parts':[{'text':'q'}]}]"
            + "| [{'parts':[{'text':'q'}]},{'role':'model','parts':[{'text':'a'}]},"
            + "{'role':'user','parts':[{'text':'why'}]}]"
      })
  void goesOn(String provider, String endpoint, String pointer, String turns, String expected)
      throws Exception {
    Conversation conversation =
        RequestSpec.Provider.valueOf(provider).api().endpoint(endpoint).conversation();

    assertThat(conversation).isNotNull();
    assertThat(conversation.pointer()).isEqualTo(pointer);
    JsonSlice before = JsonSlice.of(turns.replace('\'', '"'));
    assertThat(conversation.continued(before, JsonSlice.of("\"a\""), "why").json())
        .isEqualTo(expected.replace('\'', '"'));
  }

  @Test
  void quotesAnAnswerThatIsNoText() throws Exception {
    Conversation conversation = Conversation.ofContents("/messages");

    assertThat(
            conversation
                .continued(JsonSlice.of("[{}]"), JsonSlice.of("{\"a\":\"b\"}"), "not \"b\"")
                .json())
        .isEqualTo(
            "[{},{\"role\":\"assistant\",\"content\":\"{\\\"a\\\":\\\"b\\\"}\"},"
                + "{\"role\":\"user\",\"content\":\"not \\\"b\\\"\"}]");
  }

  @Test
  void goesOnAfterNothingButTurns() throws Exception {
    Conversation conversation = Conversation.ofContents("/messages");

    for (String none : new String[] {"[]", "{}", "1"}) {
      assertThat(conversation.continued(JsonSlice.of(none), JsonSlice.of("\"a\""), "why")).isNull();
    }
    assertThat(RequestSpec.Provider.OPENAI.api().endpoint("/v1/embeddings").conversation())
        .isNull();
    assertThat(RequestSpec.Provider.OPENAI.api().endpoint("/v1/completions").conversation())
        .isNull();
  }
}
