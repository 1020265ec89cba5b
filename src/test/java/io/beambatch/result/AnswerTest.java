package io.beambatch.result;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.SuppliedProviders;
import io.beambatch.cost.TokenCounts;
import io.beambatch.document.FailureCause;
import io.beambatch.document.FailureReason;
import io.beambatch.job.FileDestination;
import io.beambatch.job.RequestSpec;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is kept of an answer, and which answers are none. */
class AnswerTest {
  private static final String SCHEMA =
      """
      {"type":"object","properties":{"score":{"type":"integer"}},"required":["score"],\
      "additionalProperties":false}\
      """;

  @TempDir Path directory;
  private EndedChunk chunk;

  @BeforeEach
  void oneDocument() {
    chunk = new EndedChunk(directory).part("p0", "{\"id\":1}");
  }

  /** JSON parsers pass over what a UTF-8 decoder would stop at: half of a surrogate pair. */
  @ParameterizedTest
  @ValueSource(strings = {"eda080", "c080", "ff", "e282"})
  void anAnswerWithBytesThatAreNotUtf8IsAFailureAndKept(String hex) throws Exception {
    // A character whose surrogates look like what stands for such bytes is none of them.
    chunk.part("p1", "{}");
    String[] halves = Results.chat("p0-0", "go#od").split("#", 2);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes((Results.chat("p1-0", "\uDBFF\uDFFF") + "\n" + halves[0]).getBytes(UTF_8));
    file.writeBytes(HexFormat.of().parseHex(hex));
    file.writeBytes(halves[1].getBytes(UTF_8));

    chunk.output(file.toByteArray()).join();

    assertThat(chunk.answered())
        .singleElement()
        .asString()
        .contains("\"sentiment\":\"\uDBFF\uDFFF\"");
    assertThat(failure()).containsEntry("reason", FailureReason.INVALID_ANSWER.code());
    assertThat((String) failure().get("partial")).matches("go\uFFFD+od");
  }

  @Test
  void answerAndItsCircumstancesStandAtTheEndOfTheDocument() throws Exception {
    chunk.output(Results.chat("p0-0", "good")).join();

    assertThat(chunk.answered())
        .containsExactly(
            """
            {"id":1,"sentiment":"good","_batch":{"model":"model-1-2024","finish_reason":"stop",\
            "prompt_tokens":20,"completion_tokens":3,"batch_id":"batch_1","custom_id":"p0-0",\
            "attempt":1}}\
            """);
    assertThat(chunk.joined().promptTokens()).isEqualTo(20);
    assertThat(chunk.joined().completionTokens()).isEqualTo(3);
    assertThat(chunk.joined().failed()).isNull();
    assertThat(chunk.joined().again()).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/v1/chat/completions | prompt_tokens | completion_tokens | JSONL | true",
        "/v1/responses        | input_tokens  | output_tokens     | JSONL | true",
        "/v1/chat/completions | prompt_tokens | completion_tokens | AVRO  | false",
      })
  void cachedAndReasoningTokensAreKeptWhereTheSinkHasNoColumnsForThem(
      String endpoint, String prompt, String completion, FileDestination.Format sink, boolean kept)
      throws Exception {
    String usage =
        "{\"%1$s\":100,\"%2$s\":50,\"%1$s_details\":{\"cached_tokens\":64},"
            + "\"%2$s_details\":{\"reasoning_tokens\":40}}";
    chunk
        .job(Jobs.chat().endpoint(endpoint).sink(sink))
        .output(
            Results.ok(
                "p0-0",
                "{\"choices\":[{\"message\":{\"content\":\"a\"}}],\"output\":[{\"type\":\"message\","
                    + "\"content\":[{\"type\":\"output_text\",\"text\":\"a\"}]}],\"usage\":"
                    + usage.formatted(prompt, completion)
                    + "}"))
        .join();

    assertThat(chunk.joined().tokens()).isEqualTo(new TokenCounts(100, 50, 64, 40, 0));
    assertThat(chunk.answered().get(0).endsWith(",\"cached_tokens\":64,\"reasoning_tokens\":40}}"))
        .isEqualTo(kept);
  }

  @Test
  void countsThatAreZeroAreKept() throws Exception {
    chunk
        .output(
            Results.ok(
                "p0-0",
                """
                {"choices":[{"message":{"content":"a"}}],"usage":{"prompt_tokens":0,\
                "completion_tokens":0,"prompt_tokens_details":{"cached_tokens":0,\
                "cache_write_tokens":0},"completion_tokens_details":{"reasoning_tokens":0}}}"""))
        .join();

    assertThat(chunk.answered().get(0))
        .contains("\"finish_reason\":null,\"prompt_tokens\":0,\"completion_tokens\":0,")
        .endsWith(",\"cached_tokens\":0,\"reasoning_tokens\":0,\"cache_write_tokens\":0}}");
    assertThat(chunk.joined().tokens()).isEqualTo(new TokenCounts(0, 0, 0, 0, 0));
  }

  @Test
  void answersWithoutTheirTokensAreCounted() throws Exception {
    chunk
        .part("p1", "{}")
        .output(
            Results.chat("p0-0", "a"),
            Results.ok("p1-0", "{\"choices\":[{\"message\":{\"content\":\"a\"}}]}"))
        .join();

    assertThat(chunk.joined().tokens()).isEqualTo(new TokenCounts(20, 3, 0, 0, 1));
  }

  /** As a document with one is, before it is paid; pyarrow and DuckDB read no file with one. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"a\\ud83db\"              | a\uFFFDb",
        "\"\\udc00\\\\\\ud83d\"     | \uFFFD\\\uFFFD",
        "[{\"type\":\"text\",\"text\":\"\\ud83d\"}, {\"type\":\"text\",\"text\":\"!\"}] | \uFFFD!",
        "{\"a\": \"\\ud83d\"}         | {\"a\": \"\\ud83d\"}",
      })
  void answerWithALoneSurrogateIsAFailureAndKept(String content, String kept) throws Exception {
    chunk.output(Results.chat("p0-0", "stop", content, "null")).join();

    assertFailed(FailureReason.INVALID_ANSWER, "half a character");
    assertThat(failure()).containsEntry("partial", kept);
  }

  @Test
  void halvesThatMeetAreACharacter() throws Exception {
    chunk
        .output(
            Results.chat(
                "p0-0",
                "stop",
                "[{\"type\":\"text\",\"text\":\"\\ud83d\"},{\"type\":\"text\",\"text\":\"\\ude00\"}]",
                "null"))
        .join();

    assertThat(answer()).isEqualTo("\"\\ud83d\\ude00\"");
  }

  @Test
  void aLoneSurrogateInAJsonAnswerIsFoundInItsText() throws Exception {
    chunk
        .job(Jobs.chat().schema("{\"type\":\"object\"}"))
        .output(Results.chat("p0-0", "{\"a\":\"\\ud83d\"}"))
        .join();

    assertFailed(FailureReason.INVALID_ANSWER, "half a character");
    assertThat(failure()).containsEntry("partial", "{\"a\":\"\\ud83d\"}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\\\"a\\\":\\\"\\ud83d\\\"}", "{\\\"a\\\":\\\"\\\\ud83d\\\"}"})
  void aLoneSurrogateInTheArgumentsOfAToolCallIsFound(String arguments) throws Exception {
    chunk
        .output(
            Results.ok(
                "p0-0",
                "{\"choices\":[{\"message\":{\"content\":null,\"tool_calls\":[{\"function\":"
                    + "{\"name\":\"f\",\"arguments\":\""
                    + arguments
                    + "\"}}]},\"finish_reason\":\"tool_calls\"}]}"))
        .join();

    assertFailed(FailureReason.INVALID_ANSWER, "half a character");
  }

  @Test
  void nameOfAModelWithALoneSurrogateSpoilsNoFile() throws Exception {
    chunk
        .output(
            Results.ok(
                "p0-0",
                "{\"model\":\"m\\ud83d\",\"choices\":[{\"message\":{\"content\":\"a\"},"
                    + "\"finish_reason\":\"s\\udc00\"}]}"))
        .join();

    assertThat(chunk.answered().get(0))
        .contains("\"model\":\"m\\ufffd\",\"finish_reason\":\"s\\ufffd\"");
  }

  @Test
  void answerOfTheResponsesEndpointIsItsTextPutTogether() throws Exception {
    chunk
        .job(Jobs.chat().endpoint("/v1/responses"))
        .output(
            Results.ok(
                "p0-0",
                """
                {"model":"m","status":"completed","incomplete_details":null,"output":[\
                {"type":"reasoning","summary":[]},\
                {"type":"message","content":[{"type":"output_text","text":"a\\n"},\
                {"type":"output_text","text":"\\u00e9"}]},\
                {"type":"message","content":[{"type":"output_text","text":"c"}]}],\
                "usage":{"input_tokens":7,"output_tokens":2}}\
                """))
        .join();

    assertThat(answer()).isEqualTo("\"a\\n\\u00e9c\"");
    assertThat(chunk.joined().promptTokens()).isEqualTo(7);
    assertThat(chunk.joined().completionTokens()).isEqualTo(2);
  }

  @Test
  void embeddingKeepsItsDigits() throws Exception {
    chunk
        .job(Jobs.chat().endpoint("/v1/embeddings"))
        .output(
            Results.ok(
                "p0-0",
                """
                {"data":[{"index":0,"embedding":[0.10, -1E-7, 1.2345678901234567890]}],\
                "usage":{"prompt_tokens":5,"total_tokens":5}}\
                """))
        .join();

    assertThat(answer()).isEqualTo("[0.10, -1E-7, 1.2345678901234567890]");
    assertThat(chunk.answered().get(0)).contains("\"completion_tokens\":null");
  }

  @Test
  void embeddingsOfSeveralInputsAreAnArrayInTheirOrder() throws Exception {
    chunk
        .job(Jobs.chat().endpoint("/v1/embeddings"))
        .output(
            Results.ok(
                "p0-0",
                """
                {"data":[{"embedding":[2],"index":2},{"index":0,"embedding":[0]},\
                {"index":1,"embedding":[1]}]}\
                """))
        .join();

    assertThat(answer()).isEqualTo("[[0],[1],[2]]");
  }

  @Test
  void answerOfTheCompletionsEndpointIsItsText() throws Exception {
    chunk
        .job(Jobs.chat().endpoint("/v1/completions"))
        .output(Results.ok("p0-0", "{\"choices\":[{\"text\":\"yes\",\"finish_reason\":\"stop\"}]}"))
        .join();

    assertThat(answer()).isEqualTo("\"yes\"");
  }

  @Test
  void answerOfTheModerationsEndpointIsItsResult() throws Exception {
    chunk
        .job(Jobs.chat().endpoint("/v1/moderations"))
        .output(Results.ok("p0-0", "{\"results\":[{\"flagged\":false}]}"))
        .join();

    assertThat(answer()).isEqualTo("{\"flagged\":false}");
  }

  @Test
  void pointerLeadsToAnyValue() throws Exception {
    chunk
        .job(Jobs.chat().pointer("/choices/0/message"))
        .output(Results.chat("p0-0", "good"))
        .join();

    assertThat(answer())
        .isEqualTo("{\"role\":\"assistant\",\"content\":\"good\",\"refusal\":null}");
  }

  @Test
  void pointerThatLeadsNowhereIsNamed() throws Exception {
    chunk.job(Jobs.chat().pointer("/nowhere")).output(Results.chat("p0-0", "good")).join();

    assertFailed(FailureReason.INVALID_ANSWER, "no answer at result.pointer /nowhere");
  }

  @Test
  void pointerToATextGivesTheText() throws Exception {
    chunk.job(Jobs.chat().pointer("/model")).output(Results.chat("p0-0", "good")).join();

    assertThat(answer()).isEqualTo("\"model-1-2024\"");
  }

  @Test
  void answerThatIsAskedForAsJsonIsStoredAsJsonOnOneLine() throws Exception {
    chunk
        .job(Jobs.chat().body("{\"response_format\":{\"type\":\"json_object\"}}"))
        .output(Results.chat("p0-0", "{\n  \"score\": 1.50,\n  \"why\": \"a \\\" b\"\n}\n"))
        .join();

    assertThat(answer()).isEqualTo("{\"score\":1.50,\"why\":\"a \\\" b\"}");
  }

  @Test
  void answerThatIsAskedForAsJsonButIsNoneIsInvalid() throws Exception {
    chunk
        .job(Jobs.chat().body("{\"response_format\":{\"type\":\"json_object\"}}"))
        .output(Results.chat("p0-0", "Sure! {\"score\":1}"))
        .join();

    assertFailed(FailureReason.INVALID_ANSWER, "is not JSON");
    assertThat(failure()).containsEntry("partial", "Sure! {\"score\":1}");
  }

  @Test
  void answerThatIsJsonButNotTheObjectAskedForIsInvalid() throws Exception {
    chunk
        .job(Jobs.chat().body("{\"response_format\":{\"type\":\"json_object\"}}"))
        .output(Results.chat("p0-0", "[1]"))
        .join();

    assertFailed(FailureReason.INVALID_ANSWER, "not an object");
  }

  @Test
  void answerThatFitsTheSchemaOfTheJobIsStoredAsJson() throws Exception {
    chunk.job(Jobs.chat().schema(SCHEMA)).output(Results.chat("p0-0", "{\"score\": 5}")).join();

    assertThat(answer()).isEqualTo("{\"score\":5}");
  }

  @Test
  void answerThatBreaksTheSchemaIsInvalidAndTheMessageSaysWhereWithoutContents() throws Exception {
    chunk
        .job(Jobs.chat().schema(SCHEMA))
        .output(Results.chat("p0-0", "{\"score\":\"secret\"}"))
        .join();

    assertFailed(FailureReason.INVALID_ANSWER, "rule /properties/score/type at /score");
    assertThat((String) failure().get("message")).doesNotContain("secret");
    assertThat(chunk.joined().causes())
        .extracting(FailureCause::message)
        .containsExactly("the answer breaks the schema's rule /properties/score/type");
  }

  @Test
  void schemaOfTheRequestHoldsWhereTheJobGivesNone() throws Exception {
    chunk
        .job(
            Jobs.chat()
                .body(
                    """
                    {"response_format":{"type":"json_schema",\
                    "json_schema":{"name":"s","strict":true,"schema":%s}}}\
                    """
                        .formatted(SCHEMA)))
        .output(Results.chat("p0-0", "{}"))
        .join();

    assertFailed(FailureReason.INVALID_ANSWER, "rule /required at its root");
  }

  @Test
  void schemaOfTheResponsesEndpointHoldsToo() throws Exception {
    chunk
        .job(
            Jobs.chat()
                .endpoint("/v1/responses")
                .body(
                    """
                    {"text":{"format":{"type":"json_schema","name":"s","schema":%s}}}\
                    """
                        .formatted(SCHEMA)))
        .output(
            Results.ok(
                "p0-0",
                """
                {"status":"completed","output":[{"type":"message","content":[\
                {"type":"output_text","text":"{\\"score\\":1}"}]}]}\
                """))
        .join();

    assertThat(answer()).isEqualTo("{\"score\":1}");
  }

  @Test
  void schemaWithPlaceholdersIsTakenFromEachRequest(@TempDir Path other) throws Exception {
    String format =
        """
        {"response_format":{"type":"json_schema","json_schema":{"name":"s",\
        "schema":{"enum":["%s"]}}}}\
        """;
    EndedChunk two =
        new EndedChunk(other)
            .job(Jobs.chat().body(format.formatted("{{word}}")))
            .partWithBodies(
                "p0",
                List.of("{\"word\":\"a\"}", "{\"word\":\"b\"}"),
                List.of(format.formatted("a"), format.formatted("b")))
            .output(Results.chat("p0-1", "\"b\""), Results.chat("p0-0", "\"b\""))
            .join();

    assertThat(two.answered()).singleElement().asString().startsWith("{\"word\":\"b\"");
    assertThat(two.failed()).singleElement().asString().startsWith("{\"word\":\"a\"");
    assertThat(two.joined().causes())
        .extracting(FailureCause::message)
        .as("a schema of a document's words is not quoted")
        .containsExactly("the answer doesn't fit what its request asks for");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"schema\":{\"type\":7}}}} |"
            + " the request's JSON schema can't be used",
        "{\"response_format\":{\"type\":\"json_object\"}} | the answer is not JSON",
        "{\"response_format\":{\"type\":\"text\"}} |",
        "{} |",
      })
  void formatWithPlaceholdersIsWhatEachRequestMadeOfIt(
      String request, @Nullable String message, @TempDir Path other) throws Exception {
    chunk =
        new EndedChunk(other)
            .job(Jobs.chat().body("{\"response_format\":{\"type\":{\"$field\":\"format\"}}}"))
            .partWithBodies("p0", List.of("{}"), List.of(request))
            .output(Results.chat("p0-0", "words"))
            .join();

    if (message == null) {
      assertThat(answer()).isEqualTo("\"words\"");
    } else {
      assertFailed(FailureReason.INVALID_ANSWER, message);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"type\":\"object\",\"properties\":{\"x\":{\"multipleOf\":0.5}}} | JSONL   |"
            + " {\"x\":1e999999999}",
        "{\"type\":\"object\",\"properties\":{\"x\":{\"type\":\"number\"}}} | PARQUET |"
            + " {\"x\":1e400}",
        "{\"type\":\"object\",\"properties\":{\"x\":{\"type\":\"number\"}}} | AVRO    |"
            + " {\"x\":-1e999}",
        "{\"type\":\"object\",\"properties\":{\"x\":{\"type\":\"integer\"}}} | AVRO    |"
            + " {\"x\":1e30}",
        "{\"type\":\"object\",\"properties\":{\"x\":{\"enum\":[1]}}}    | JSONL   | {\"x\":1e400}",
      })
  void answerThatNoCheckCouldBearIsItsDocumentsFailureAndKept(
      String schema, FileDestination.Format sink, String answer) throws Exception {
    chunk.job(Jobs.chat().schema(schema).sink(sink)).output(Results.chat("p0-0", answer)).join();

    assertFailed(FailureReason.INVALID_ANSWER, "the");
    assertThat(failure()).containsEntry("partial", answer);
  }

  @Test
  void schemaThatCannotBeUsedIsFoundBeforeAnythingIsSent() {
    assertThatThrownBy(
            () ->
                new JoinResults(
                    Jobs.chat().schema("{\"$ref\":\"http://127.0.0.1:1/schema\"}").job(),
                    chunk.folder(),
                    new SuppliedProviders(chunk::provider)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("result.schema");
  }

  @Test
  void answerThatIsNotAtItsPlaceIsInvalidAndStillPaidFor() throws Exception {
    chunk.output(Results.chat("p0-0", "stop", "null", "null")).join();

    assertFailed(FailureReason.INVALID_ANSWER, "no answer where /v1/chat/completions puts it");
    assertThat((String) failure().get("partial")).contains("\"finish_reason\":\"stop\"");
    assertThat(chunk.joined().promptTokens()).isEqualTo(20);
  }

  @Test
  void answerThatWasCutIsTruncatedAndItsBeginningKept() throws Exception {
    chunk.output(Results.chat("p0-0", "length", "\"goo\"", "null")).join();

    assertFailed(FailureReason.TRUNCATED, "cut at 3 tokens");
    assertThat(failure()).containsEntry("partial", "goo").containsEntry("request_id", "req_1");
    assertThat(chunk.joined().completionTokens()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                        | cut at its limit of tokens (finish reason length)",
        "{\"completion_tokens\":0} | cut at 0 tokens (finish reason length)"
      })
  void answerThatWasCutSaysAtHowManyTokensIfTheyAreKnown(String usage, String message)
      throws Exception {
    chunk
        .output(
            Results.ok(
                "p0-0",
                "{\"choices\":[{\"message\":{\"content\":\"goo\"},\"finish_reason\":\"length\"}],"
                    + "\"usage\":"
                    + usage
                    + "}"))
        .join();

    assertFailed(FailureReason.TRUNCATED, message);
  }

  @Test
  void answerThatStoppedAtAToolOfTheProviderIsTruncated() throws Exception {
    chunk
        .job(Jobs.chat().provider(RequestSpec.Provider.ANTHROPIC).endpoint("/v1/messages"))
        .output(
            """
            {"custom_id":"p0-0","result":{"type":"succeeded","message":{"stop_reason":\
            "pause_turn","content":[{"type":"text","text":"so"}]}}}""")
        .join();

    assertFailed(FailureReason.TRUNCATED, "in the middle of a turn");
    assertThat((String) failure().get("message")).endsWith("(finish reason pause_turn)");
    assertThat(failure()).containsEntry("partial", "so");
  }

  @Test
  void answerCutWithinACharacterIsKept() throws Exception {
    chunk.output(Results.chat("p0-0", "length", "\"goo\\ud83d\"", "null")).join();

    assertThat(failure()).containsEntry("partial", "goo\uFFFD");
  }

  @Test
  void refusalIsRefusedAndItsWordsKept() throws Exception {
    chunk.output(Results.chat("p0-0", "stop", "null", "\"I can't.\"")).join();

    assertFailed(FailureReason.REFUSED, "refused to answer");
    assertThat(failure()).containsEntry("partial", "I can't.");
  }

  @Test
  void answerStoppedByTheContentFilterIsRefused() throws Exception {
    chunk.output(Results.chat("p0-0", "content_filter", "\"so\"", "null")).join();

    assertFailed(FailureReason.REFUSED, "content_filter");
    assertThat(failure()).containsEntry("partial", "so");
  }

  @Test
  void incompleteResponseIsTruncatedOrRefusedByItsReason() throws Exception {
    String incomplete =
        """
        {"status":"incomplete","incomplete_details":{"reason":"%s"},"output":[\
        {"type":"message","content":[{"type":"output_text","text":"so"}]}]}\
        """;
    chunk
        .job(Jobs.chat().endpoint("/v1/responses"))
        .part("p1", "{}")
        .output(
            Results.ok("p0-0", incomplete.formatted("max_output_tokens")),
            Results.ok("p1-0", incomplete.formatted("content_filter")))
        .join();

    assertThat(chunk.joined().failures())
        .isEqualTo(Map.of(FailureReason.TRUNCATED, 1L, FailureReason.REFUSED, 1L));
    assertThat(chunk.failed()).allMatch(line -> line.contains("\"partial\":\"so\""));
  }

  @Test
  void refusalWithinAResponseIsRefused() throws Exception {
    chunk
        .job(Jobs.chat().endpoint("/v1/responses"))
        .output(
            Results.ok(
                "p0-0",
                """
                {"status":"completed","output":[{"type":"message","content":[\
                {"type":"refusal","refusal":"No."}]}]}\
                """))
        .join();

    assertFailed(FailureReason.REFUSED, "refused");
    assertThat((String) failure().get("message")).endsWith("(finish reason completed)");
    assertThat(failure()).containsEntry("partial", "No.");
  }

  @Test
  void responseThatTheProviderGaveUpForTheRequestsSakeIsRejected() throws Exception {
    chunk
        .job(Jobs.chat().endpoint("/v1/responses"))
        .output(
            Results.ok(
                "p0-0",
                """
                {"status":"failed","error":{"code":"invalid_image","message":"Blurred."},\
                "output":[]}\
                """))
        .join();

    assertFailed(
        FailureReason.REJECTED,
        "the provider gave up on the response, code invalid_image: Blurred.");
  }

  @Test
  void responseThatTheProviderGaveUpIsSentAgain() throws Exception {
    chunk
        .job(Jobs.chat().endpoint("/v1/responses"))
        .output(
            Results.ok(
                "p0-0",
                """
                {"status":"failed","error":{"code":"server_error","message":"Oops."},\
                "output":[]}\
                """))
        .join();

    assertThat(chunk.againRequests()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"custom_id\":\"p0-0\",\"response\":{\"body\":%s}}",
        "{\"custom_id\":\"p0-0\",\"response\":{\"status_code\":\"200\",\"body\":%s}}",
        "{\"custom_id\":\"p0-0\",\"response\":{\"status_code\":0,\"body\":%s},\"error\":null}"
      })
  void wholeResponseWithoutANumberAsItsStatusIsAnAnswer(String line) throws Exception {
    chunk
        .output(
            line.formatted(
                "{\"choices\":[{\"message\":{\"content\":\"good\"},\"finish_reason\":\"stop\"}],"
                    + "\"usage\":{\"prompt_tokens\":4,\"completion_tokens\":1}}"))
        .join();

    assertThat(answer()).isEqualTo("\"good\"");
    assertThat(chunk.joined().promptTokens()).isEqualTo(4);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"custom_id\":\"p0-0\",\"error\":\"the text\",\"response\":{\"status_code\":400}}",
        "{\"custom_id\":\"p0-0\",\"response\":{\"status_code\":\"400\",\"body\":\"the text\"}}",
        "{\"custom_id\":\"p0-0\",\"response\":{\"status_code\":400,\"body\":{\"error\":\"the"
            + " text\"}}}"
      })
  void errorThatIsATextKeepsIt(String line) throws Exception {
    chunk.output(line).join();

    assertFailed(FailureReason.REJECTED, "HTTP status 400: the text");
  }

  @Test
  void errorWithoutAStatusNamesNone() throws Exception {
    chunk
        .job(Jobs.chat().attempts(1))
        .output("{\"custom_id\":\"p0-0\",\"response\":null,\"error\":\"the text\"}")
        .join();

    assertFailed(FailureReason.API_ERROR, "could not answer: no HTTP status: the text");
  }

  @Test
  void contentThatIsAListOfPartsIsTheirText() throws Exception {
    chunk
        .output(
            Results.chat(
                "p0-0",
                "stop",
                "[{\"type\":\"text\",\"text\":\"a\\n"
                    + "\"},{\"type\":\"other\"},{\"type\":\"text\",\"text\":\"b\"}]",
                "null"))
        .join();

    assertThat(answer()).isEqualTo("\"a\\nb\"");
  }

  @Test
  void argumentsOfAToolCallAreTheAnswerWhereThereIsNoText() throws Exception {
    String call = "{\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"%s\"}}";
    String body =
        "{\"choices\":[{\"message\":{\"content\":%s,\"tool_calls\":[%s]},\"finish_reason\":\"tool_calls\"}]}";
    chunk
        .part("p1", "{}")
        .part("p2", "{}")
        .output(
            Results.ok("p0-0", body.formatted("null", call.formatted("{ \\\"a\\\":\\n1.50}"))),
            Results.ok(
                "p1-0",
                body.formatted("null", call.formatted("{}") + "," + call.formatted("broken"))),
            Results.ok("p2-0", body.formatted("\"text\"", call.formatted("{}"))))
        .join();

    assertThat(chunk.answered())
        .extracting(line -> line.replaceAll(".*\"sentiment\":(.*),\"_batch\".*", "$1"))
        .containsExactly("{\"a\":1.50}", "[{},\"broken\"]", "\"text\"");
  }

  @Test
  void argumentsOfAToolCallOfTheResponsesEndpointAreTheAnswer() throws Exception {
    chunk
        .job(Jobs.chat().endpoint("/v1/responses"))
        .output(
            Results.ok(
                "p0-0",
                """
                {"status":"completed","output":[{"type":"reasoning"},\
                {"type":"function_call","name":"f","arguments":"{\\"a\\":1}"}]}\
                """))
        .join();

    assertThat(answer()).isEqualTo("{\"a\":1}");
  }

  @Test
  void severalAnswersAreAList() throws Exception {
    String choice = "{\"message\":{\"content\":\"%s\"},\"finish_reason\":\"%s\"}";
    chunk
        .job(Jobs.chat().body("{\"n\":2}").schema("{\"enum\":[1,2]}"))
        .part("p1", "{}")
        .part("p2", "{}")
        .part("p3", "{}")
        .output(
            Results.ok(
                "p0-0", choices(choice.formatted("1", "stop"), choice.formatted("2", "stop"))),
            Results.ok("p1-0", choices(choice.formatted("2", "stop"))),
            Results.ok(
                "p2-0", choices(choice.formatted("1", "stop"), choice.formatted("3", "stop"))),
            Results.ok(
                "p3-0", choices(choice.formatted("1", "length"), choice.formatted("2", "stop"))))
        .join();

    assertThat(chunk.answered())
        .extracting(line -> line.replaceAll(".*\"sentiment\":(.*),\"_batch\".*", "$1"))
        .containsExactly("[1,2]", "[2]");
    assertThat(chunk.joined().failures())
        .isEqualTo(Map.of(FailureReason.INVALID_ANSWER, 1L, FailureReason.TRUNCATED, 1L));
    assertThat(chunk.failed().get(0)).contains("\"partial\":\"[\\\"1\\\",\\\"3\\\"]\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "true  | ```json\\n{\"score\": 5}\\n``` | {\"score\":5}",
        "true  | ```\\n{\"score\":5}```        | {\"score\":5}",
        "true  | ~~~JSON\\r\\n{\"score\":5}\\r\\n~~~ | {\"score\":5}",
        "true  | ````json\\n{\"score\":5}\\n```` | {\"score\":5}",
        "true  | ````json\\n{\"score\":5}\\n```  |",
        "true  | {\"score\":5}                   | {\"score\":5}",
        "false | ```json\\n{\"score\":5}\\n```   |",
        "true  | ```json\\n{\"score\":5}         |",
        "true  | ``\\n{\"score\":5}\\n``          |",
        "true  | ```a b\\n{\"score\":5}\\n```     |",
        "true  | ```\\n{\"score\":5}\\n`````      | {\"score\":5}",
        "true  | ```\\n```                       |",
        "true  | so:\\n```\\n{\"score\":5}\\n```  |",
      })
  void fenceAroundAJsonAnswerIsRemoved(boolean unfence, String text, @Nullable String expected)
      throws Exception {
    chunk
        .job(Jobs.chat().schema(SCHEMA).unfence(unfence))
        .output(
            Results.chat(
                "p0-0",
                "stop",
                Results.quoted(text.replace("\\n", "\n").replace("\\r", "\r")),
                "null"))
        .join();

    if (expected == null) {
      assertFailed(FailureReason.INVALID_ANSWER, "not JSON");
    } else {
      assertThat(answer()).isEqualTo(expected);
    }
  }

  @Test
  void fenceIsRemovedByDefaultWhereAnAnswerHasToFitASchemaOnly() throws Exception {
    String fenced = "```json\n{\"score\":5}\n```";
    chunk.job(Jobs.chat().schema(SCHEMA)).output(Results.chat("p0-0", fenced)).join();
    assertThat(answer()).isEqualTo("{\"score\":5}");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void fenceAroundAJsonObjectIsRemovedIfThatIsAsked(boolean unfence) throws Exception {
    Jobs job = Jobs.chat().body("{\"response_format\":{\"type\":\"json_object\"}}");
    chunk
        .job(unfence ? job.unfence(true) : job)
        .output(Results.chat("p0-0", "```json\n{\"score\":5}\n```"))
        .join();

    assertThat(chunk.answered()).hasSize(unfence ? 1 : 0);
  }

  @Test
  void fenceStaysAroundAnAnswerThatMayBeAnything() throws Exception {
    chunk.output(Results.chat("p0-0", "```\na\n```")).join();
    assertThat(answer()).isEqualTo("\"```\\na\\n```\"");
  }

  @Test
  void fenceIsRemovedFromATextIfThatIsAsked() throws Exception {
    chunk.job(Jobs.chat().unfence(true)).output(Results.chat("p0-0", "```\na \"b\"\n```\n")).join();
    assertThat(answer()).isEqualTo("\"a \\\"b\\\"\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"enum\":[\"good\",\"bad\"]}              | good     | \"good\"",
        "{\"enum\":[\"good\",\"bad\"]}              | \"good\"   | \"good\"",
        "{\"enum\":[\"good\",\"bad\"]}              | ' bad\\n'  | \"bad\"",
        "{\"enum\":[\"good\",\"bad\"]}              | Good     |",
        "{\"type\":\"string\",\"pattern\":\"^\\\\d+$\"} | 12       | \"12\"",
        "{\"anyOf\":[{\"const\":\"a\"},{\"type\":\"null\"}]} | null | null",
        "{\"anyOf\":[{\"const\":\"a\"},{\"type\":\"null\"}]} | a | \"a\"",
        "{\"type\":[\"string\",\"object\"]}         | {broken  |",
        "{\"type\":[\"string\",\"null\"]}           | plain    | \"plain\"",
        "{\"enum\":[\"x\",1]}                     | x        | \"x\"",
        "{\"enum\":[\"x\",[1]]}                   | x        |",
        "{\"enum\":[\"x\",{}]}                    | x        |",
        "{\"maxLength\":9}                        | plain    |",
      })
  void plainAnswerIsATextWhereTheSchemaIsOneOfTexts(
      String schema, String text, @Nullable String expected) throws Exception {
    chunk
        .job(Jobs.chat().schema(schema))
        .output(Results.chat("p0-0", text.replace("\\n", "\n")))
        .join();

    if (expected == null) {
      assertFailed(FailureReason.INVALID_ANSWER, "answer");
    } else {
      assertThat(answer()).isEqualTo(expected);
    }
  }

  private static String choices(String... choices) {
    return "{\"choices\":[" + String.join(",", choices) + "]}";
  }

  private String answer() {
    String line = chunk.answered().get(0);
    return line.substring(
        line.indexOf("\"sentiment\":") + "\"sentiment\":".length(), line.indexOf(",\"_batch\":"));
  }

  private void assertFailed(FailureReason reason, String message) {
    assertThat(chunk.joined().failures()).isEqualTo(Map.of(reason, 1L));
    assertThat(chunk.answered()).isEmpty();
    assertThat(failure()).containsEntry("reason", reason.code());
    assertThat((String) failure().get("message")).startsWith("Request p0-0: ").contains(message);
  }

  private Map<String, Object> failure() {
    return FailureFields.of(chunk.failed().get(0));
  }
}
