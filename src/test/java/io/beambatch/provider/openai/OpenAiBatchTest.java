package io.beambatch.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchError;
import io.beambatch.provider.BatchPage;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.FilePage;
import io.beambatch.provider.InputFile;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.http.Retries;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenAiBatchTest extends ProviderFixture {

  @Test
  void listAsksForOnePageAndSaysWhetherThereAreMore() throws Exception {
    then(
        json(200, "{\"object\":\"list\",\"data\":[" + batch("completed") + "],\"has_more\":true}"),
        json(200, "{\"object\":\"list\",\"data\":[],\"has_more\":false}"));

    BatchPage first = provider.list(null, 100);
    BatchPage second = provider.list("batch 1&", 1);

    assertThat(first.hasMore()).isTrue();
    assertThat(first.batches()).extracting(Batch::id).containsExactly("batch_1");
    assertThat(second).isEqualTo(new BatchPage(List.of(), false));
    assertThat(calls())
        .containsExactly("GET /v1/batches?limit=100", "GET /v1/batches?limit=1&after=batch%201%26");
  }

  @ParameterizedTest
  @CsvSource({"1, true", "2, false"})
  void pageThatDoesNotSayGoesOnWhereItIsFull(int limit, boolean more) throws Exception {
    then(json(200, "{\"data\":[" + batch("completed") + "]}"));

    assertThat(provider.list(null, limit).hasMore()).isEqualTo(more);
  }

  @Test
  void emptyPageIsTheLast() throws Exception {
    then(json(200, "{\"data\":[],\"has_more\":true}"));

    assertThat(provider.list(null, 100).hasMore()).isFalse();
  }

  @Test
  void serverThatDoesNotPageIsNoticed() {
    then(json(200, "{\"data\":[" + batch("completed") + "],\"has_more\":true}"));

    ProviderException failure = failureOf(() -> provider.list("batch_1", 100));

    assertThat(failure.kind()).isEqualTo(Kind.INVALID_REQUEST);
    assertThat(failure).hasMessageContaining("doesn't page by 'after'");
  }

  @Test
  void listThatIsNoneIsNoReply() {
    then(json(200, "{\"data\":null}"));

    ProviderException failure =
        failureOf(() -> provider(ONE_TRY, Duration.ofSeconds(20)).list(null, 100));

    assertThat(failure.kind()).isEqualTo(Kind.NO_REPLY);
  }

  @Test
  void batchIsReadWithEverythingThatWasSent() throws Exception {
    then(
        json(
            200,
            "{\"id\":\"b\",\"status\":\"completed\",\"endpoint\":\"/v1/embeddings\","
                + "\"input_file_id\":\"f\",\"output_file_id\":\"o\",\"error_file_id\":\"e\","
                + "\"created_at\":\"1711471533\",\"request_counts\":{\"total\":\"5\","
                + "\"completed\":4.0,\"failed\":null},\"metadata\":null,\"news\":{\"x\":[1]},"
                + "\"errors\":{\"object\":\"list\",\"data\":[{\"code\":\"invalid_json_line\","
                + "\"message\":\"not JSON\",\"param\":null,\"line\":7}]}}"));

    assertThat(provider.get("b"))
        .isEqualTo(
            new Batch(
                "b",
                BatchStatus.COMPLETED,
                "/v1/embeddings",
                "f",
                "o",
                "e",
                Instant.ofEpochSecond(1711471533),
                5,
                4,
                0,
                List.of(new BatchError("invalid_json_line", "not JSON", null, 7)),
                Map.of()));
  }

  @Test
  void batchWithNothingButAnIdIsReadToo() throws Exception {
    then(json(200, "{\"id\":\"b\"}"));

    assertThat(provider.get("b"))
        .isEqualTo(
            new Batch(
                "b",
                BatchStatus.IN_PROGRESS,
                "",
                "",
                null,
                null,
                NOW,
                0,
                0,
                0,
                List.of(),
                Map.of()));
  }

  @ParameterizedTest
  @CsvSource({
    "completed, COMPLETED",
    "COMPLETED, COMPLETED",
    "In-Progress, IN_PROGRESS",
    "canceled, CANCELLED",
    "canceling, CANCELLING",
    "cancelled, CANCELLED",
    "VALIDATING, VALIDATING",
    "ended_somehow, IN_PROGRESS",
    "'', IN_PROGRESS",
  })
  void statusWordsOfAllSpellingsAreKnownAndUnknownOnesHaveNotEnded(String word, BatchStatus status)
      throws Exception {
    then(json(200, batch(word)));

    assertThat(provider.get("batch_1").status()).isEqualTo(status);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'created_at':1711471533 | 2024-03-26T16:45:33Z",
        "'created_at':'2024-03-26T16:45:33Z' | 2024-03-26T16:45:33Z",
        "'created_at':null,'in_progress_at':1711471533 | 2024-03-26T16:45:33Z",
        "'expires_at':1711557933 | 2024-03-26T16:45:33Z",
        "'created_at':'once' | 2026-11-22T10:00:00Z",
        "'created_at':0 | 2026-11-22T10:00:00Z",
        "'created_at':99999999999999999 | 2026-11-22T10:00:00Z",
      })
  void timeOfCreationIsTheBestThatIsKnown(String field, Instant time) throws Exception {
    then(json(200, "{\"id\":\"b\"," + field.replace('\'', '"') + "}"));

    assertThat(provider.get("b").createdAt()).isEqualTo(time);
  }

  @Test
  void errorsMayBeABareArray() throws Exception {
    then(
        json(
            200,
            "{\"id\":\"b\",\"errors\":[{\"code\":\"c\",\"message\":null,\"line\":\"3\"},\"word\"]}"));

    assertThat(provider.get("b").errors())
        .containsExactly(
            new BatchError("c", "", null, 3), new BatchError(null, "word", null, null));
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "token_limit_exceeded, m, NULL, NO_ROOM, true",
        "too_many_tasks, m, NULL, NO_ROOM, true",
        "NULL, Enqueued token limit reached for gpt-x, NULL, NO_ROOM, true",
        "invalid_request, 'Cannot find file f, or no access', NULL, INPUT_NOT_FOUND, true",
        "invalid_request, Cannot find file f, 3, LASTING, false",
        "billing_hard_limit_reached, m, NULL, OUT_OF_FUNDS, false",
        "invalid_json_line, m, 1, LASTING, false",
      },
      nullValues = "NULL")
  void errorsOfBatchesAreSortedByWhatCanBeDone(
      String code, String message, Integer line, BatchError.Kind kind, boolean again)
      throws Exception {
    String error =
        new ObjectMapper()
            .createObjectNode()
            .put("code", code)
            .put("message", message)
            .put("line", line)
            .toString();
    then(json(200, "{\"id\":\"b\",\"status\":\"failed\",\"errors\":{\"data\":[" + error + "]}}"));

    Batch batch = provider.get("b");

    assertThat(batch.errors()).extracting(BatchError::kind).containsExactly(kind);
    assertThat(batch.mayBeSentAgain()).isEqualTo(again);
    assertThat(batch.outOfFunds() != null).isEqualTo(kind == BatchError.Kind.OUT_OF_FUNDS);
  }

  @Test
  void cancelReturnsTheBatch() throws Exception {
    then(json(200, batch("cancelling")));

    assertThat(provider.cancel("batch_1").status()).isEqualTo(BatchStatus.CANCELLING);
    assertThat(calls()).containsExactly("POST /v1/batches/batch_1/cancel");
  }

  @ParameterizedTest
  @CsvSource({"409", "400"})
  void cancelOfABatchThatHasEndedReturnsItAsItIs(int status) throws Exception {
    then(
        json(status, error("c", "Cannot cancel a batch with status 'completed'.")),
        json(200, batch("completed")));

    assertThat(provider.cancel("batch_1").status()).isEqualTo(BatchStatus.COMPLETED);
    assertThat(calls())
        .containsExactly("POST /v1/batches/batch_1/cancel", "GET /v1/batches/batch_1");
    assertThat(waits).isEmpty();
  }

  @Test
  void refusedCancelOfARunningBatchIsAnError() {
    then(json(400, error("c", "no")), json(200, batch("in_progress")));

    assertThat(failureOf(() -> provider.cancel("batch_1")).kind()).isEqualTo(Kind.INVALID_REQUEST);
  }

  @Test
  void cancelIsRepeatedAfterPassingFaults() throws Exception {
    then(json(503, "busy"), json(200, batch("cancelling")));

    assertThat(provider.cancel("batch_1").status()).isEqualTo(BatchStatus.CANCELLING);
  }

  @Test
  void inputFilesAreListedPageByPage() throws Exception {
    then(
        json(
            200,
            "{\"data\":[{\"id\":\"f2\",\"filename\":\"b.jsonl\",\"created_at\":1711471533},{}],"
                + "\"has_more\":true}"),
        json(200, "{\"data\":[{\"id\":\"f1\"}],\"has_more\":false}"),
        json(200, "{\"data\":[{\"id\":\"f1\"}],\"has_more\":true}"));

    assertThat(provider.listFiles(null, 2))
        .isEqualTo(
            new FilePage(
                List.of(new InputFile("f2", "b.jsonl", Instant.ofEpochSecond(1711471533))), true));
    assertThat(provider.listFiles("f2", 2))
        .isEqualTo(new FilePage(List.of(new InputFile("f1", "", Instant.EPOCH)), false));
    assertThat(failureOf(() -> provider.listFiles("f1", 2)))
        .hasMessageContaining("doesn't page by 'after'");
    assertThat(calls())
        .startsWith(
            "GET /v1/files?purpose=batch&order=desc&limit=2",
            "GET /v1/files?purpose=batch&order=desc&limit=2&after=f2");
  }

  @Test
  void fileThatIsGoneIsNoErrorToDelete() throws Exception {
    then(
        json(200, "{\"id\":\"file-1\",\"object\":\"file\",\"deleted\":true}"),
        json(404, error("c", "No such File object: file-1")),
        json(401, error("invalid_api_key", "no")));

    provider.deleteFile("file-1");
    provider.deleteFile("file-1");

    assertThat(failureOf(() -> provider.deleteFile("file-1")).kind()).isEqualTo(Kind.UNAUTHORIZED);
    assertThat(calls()).containsOnly("DELETE /v1/files/file-1");
  }

  @Test
  void organizationAndProjectAreSentIfSet() throws Exception {
    then(json(200, batch("failed")), json(200, batch("failed")));
    provider.get("batch_1");
    OpenAiProvider named =
        new OpenAiProvider(
            OpenAiSettings.from(
                baseUrl() + "/",
                Map.of("OPENAI_API_KEY", KEY, "OPENAI_ORG_ID", "o", "OPENAI_PROJECT_ID", "p")),
            Clock.systemUTC(),
            waits::add);

    named.get("batch_1");

    assertThat(taken().get(0).getHeaders().names())
        .doesNotContain("OpenAI-Organization", "OpenAI-Project");
    assertThat(taken().get(1).getHeaders().toMultimap())
        .containsEntry("openai-organization", List.of("o"))
        .containsEntry("openai-project", List.of("p"))
        .containsEntry("authorization", List.of("Bearer " + KEY));
    assertThat(calls()).containsOnly("GET /v1/batches/batch_1");
  }

  @Test
  void versionInTheBaseUrlGoesAlongWithEveryCall() throws Exception {
    then(json(200, batch("failed")), json(200, "{\"data\":[]}"));
    OpenAiProvider versioned =
        new OpenAiProvider(
            OpenAiSettings.from(
                baseUrl() + "/?api-version=2025-03-01-preview", Map.of("OPENAI_API_KEY", KEY)),
            Clock.systemUTC(),
            waits::add);

    versioned.get("batch_1");
    versioned.list(null, 5);

    assertThat(calls())
        .containsExactly(
            "GET /v1/batches/batch_1?api-version=2025-03-01-preview",
            "GET /v1/batches?api-version=2025-03-01-preview&limit=5");
  }

  @Test
  void headersOfTheJobGoAlongAndNeverReplaceTheKey() throws Exception {
    then(json(200, batch("failed")));
    OpenAiProvider withHeaders =
        OpenAiProvider.connect(
            baseUrl(),
            Map.of("X-Team", "nlp", "Authorization", "Bearer other"),
            Map.of("OPENAI_API_KEY", KEY));

    withHeaders.get("batch_1");

    assertThat(taken().get(0).getHeaders().toMultimap())
        .containsEntry("x-team", List.of("nlp"))
        .containsEntry("authorization", List.of("Bearer " + KEY));
  }

  @Test
  void azureTakesTheKeyInItsOwnHeader() {
    Map<String, String> headers =
        settings("https://res.openai.azure.com/openai/v1", Retries.DEFAULT, Duration.ofSeconds(1))
            .api()
            .headers();

    assertThat(headers).containsEntry("api-key", KEY).doesNotContainKey("Authorization");
  }
}
