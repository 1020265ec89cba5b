package io.beambatch.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The short form of a request, and what it becomes for each provider. */
class PromptTest {
  private static final String JOB =
      """
      name: sentiment
      source: {type: text, path: in.txt}
      request:
        model: m
        prompt:
          system: Classify.
          user: "{{text}}"
          max_tokens: 10
          temperature: 0.5
          schema: {type: object, properties: {mood: {type: string}}}
      sink: {type: jsonl, path: out}
      """;

  @Test
  void rendersToChatCompletionsByDefault() throws Exception {
    RequestSpec request = request();

    assertThat(request.endpoint()).isEqualTo("/v1/chat/completions");
    assertThat(request.body().toString())
        .isEqualTo(
            json(
                """
                {"max_completion_tokens": 10, "temperature": 0.5,
                 "response_format": {"type": "json_schema", "json_schema": {"name": "answer",
                   "schema": {"type": "object", "properties": {"mood": {"type": "string"}}}}},
                 "messages": [{"role": "system", "content": "Classify."},
                              {"role": "user", "content": "{{text}}"}]}
                """));
  }

  @Test
  void rendersToResponses() throws Exception {
    assertThat(
            request("request.endpoint=/v1/responses", "request.prompt.schema=").body().toString())
        .isEqualTo(
            json(
                """
                {"max_output_tokens": 10, "temperature": 0.5,
                 "input": [{"role": "system", "content": "Classify."},
                           {"role": "user", "content": "{{text}}"}]}
                """));
  }

  @Test
  void rendersToMessagesWhenTheProviderIsAnotherWord() throws Exception {
    RequestSpec request = request("request.provider=anthropic");

    assertThat(request.endpoint()).isEqualTo("/v1/messages");
    assertThat(request.body().toString())
        .isEqualTo(
            json(
                """
                {"max_tokens": 10, "temperature": 0.5,
                 "output_config": {"format": {"type": "json_schema",
                   "schema": {"type": "object", "properties": {"mood": {"type": "string"}}}}},
                 "system": "Classify.",
                 "messages": [{"role": "user", "content": "{{text}}"}]}
                """));
  }

  @Test
  void messagesGetALimitBecauseTheyNeedOne() throws Exception {
    assertThat(
            request("request.provider=anthropic", "request.prompt.max_tokens=")
                .body()
                .path("max_tokens")
                .asInt())
        .isEqualTo(4_096);
  }

  @Test
  void schemaThatIsClosedIsAskedForStrictly() throws Exception {
    String closed =
        "{type: object, additionalProperties: false, required: [mood], properties: {mood: {type: string}}}";
    assertThat(
            request("request.prompt.schema=" + closed)
                .body()
                .at("/response_format/json_schema/strict")
                .asBoolean())
        .isTrue();
  }

  @Test
  void limitsAndDeadlineAreTheProviders() throws Exception {
    Inference inference = parse("request.provider=anthropic").inference();

    assertThat(inference.limits().requests()).isEqualTo(100_000);
    assertThat(inference.poll().deadline()).hasHours(26);
    assertThat(parse("request.provider=gemini").inference().poll().deadline()).hasHours(50);
    parse("request.provider=anthropic", "limits.requests=100000");
    assertThatThrownBy(() -> parse("limits.requests=100000")).hasMessageContaining("50000");
  }

  @Test
  void batchCostsWhatTheProviderTakesWhereAPriceSaysNothing() throws Exception {
    String price = "prices={m: {input: 1, output: 2}}";

    assertThat(parse(price).inference().prices().get("m").batch().output())
        .isEqualByComparingTo("1");
    assertThat(
            parse(price, "request.provider=deepinfra")
                .inference()
                .prices()
                .get("m")
                .batch()
                .output())
        .isEqualByComparingTo("1.6");
  }

  @Test
  void cacheMarksTheEndOfWhatAllRequestsBeginWith() throws Exception {
    RequestSpec request = request("request.provider=anthropic", "request.cache=true");

    assertThat(request.body().get("system"))
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    """
                    [{"type": "text", "text": "Classify.",
                      "cache_control": {"type": "ephemeral", "ttl": "1h"}}]
                    """));
    assertThat(request.body().get("messages").toString()).doesNotContain("cache_control");
    assertThat(request("request.cache=true").body()).isEqualTo(request().body());
  }

  @Test
  void cacheNeedsSomethingThatIsTheSameInAllRequests() {
    assertThatThrownBy(
            () ->
                request(
                    "request.provider=anthropic", "request.cache=true", "request.prompt.system="))
        .hasMessageContaining("request.cache: has nothing to keep");
  }

  @Test
  void bodyAndPromptAreOneThing() {
    assertThatThrownBy(() -> request("request.body={messages: []}"))
        .hasMessageContaining("request.prompt: is the short form of request.body");
    assertThatThrownBy(() -> request("request.prompt="))
        .hasMessageContaining("request.body: is missing")
        .hasMessageContaining("request.prompt");
  }

  @Test
  void whatIsWrongIsSaidWhereItStands() {
    assertThatThrownBy(() -> request("request.prompt.user="))
        .hasMessageContaining("request.prompt.user: is missing");
    assertThatThrownBy(() -> request("request.prompt.user='{{text'"))
        .hasMessageContaining("request.prompt.user: isn't a valid template");
    assertThatThrownBy(() -> request("request.prompt.temperature=hot"))
        .hasMessageContaining("request.prompt.temperature: must be a number from 0 to 2");
    assertThatThrownBy(() -> request("request.prompt.max_tokens=0"))
        .hasMessageContaining("request.prompt.max_tokens");
    assertThatThrownBy(() -> request("request.prompt.maxtokens=1"))
        .hasMessageContaining("max_tokens");
    assertThatThrownBy(() -> request("request.prompt.schema={type: objekt}"))
        .hasMessageContaining("request.prompt.schema");
    assertThatThrownBy(() -> request("request.endpoint=/v1/embeddings"))
        .hasMessageContaining("can't be asked at /v1/embeddings; write request.body");
  }

  @Test
  void bodyOfMessagesNeedsItsLimit() {
    assertThatThrownBy(
            () ->
                request(
                    "request.provider=anthropic",
                    "request.prompt=",
                    "request.body={messages: [{role: user, content: '{{text}}'}]}"))
        .hasMessageContaining("request.body: needs max_tokens, which /v1/messages requires");
  }

  @Test
  void keysAreNamedAsTheProviderReadsThem() {
    assertThatThrownBy(
            () -> request("request.provider=anthropic", "request.headers={x-api-key: abc}"))
        .hasMessageContaining("ANTHROPIC_API_KEY");
  }

  private static RequestSpec request(String... overrides) throws Exception {
    return parse(overrides).inference().request();
  }

  private static Job parse(String... overrides) throws Exception {
    return JobReader.parse("job.yaml", JOB, Stream.of(overrides).toList());
  }

  private static String json(String text) throws Exception {
    return JobReader.parse(
            "job.yaml",
            """
            name: n
            source: {type: text, path: in.txt}
            request: {model: m, body: %s}
            sink: {type: jsonl, path: out}
            """
                .formatted(text.strip().replaceAll("\\s*\\n\\s*", " ")),
            List.of())
        .inference()
        .request()
        .body()
        .toString();
  }
}
