package io.beambatch.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.beambatch.batch.BatchException;
import io.beambatch.chunk.LineUse;
import io.beambatch.chunk.Part;
import io.beambatch.document.FailureCause;
import io.beambatch.document.FailureCauses;
import io.beambatch.document.FailureReason;
import io.beambatch.ledger.BatchEnd;
import io.beambatch.provider.BatchError;
import io.beambatch.provider.BatchStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which documents are answered, sent again, or given up. */
class ResultJoinerTest {
  @TempDir Path directory;
  private EndedChunk chunk;

  @BeforeEach
  void emptyChunk() {
    chunk = new EndedChunk(directory);
  }

  @Test
  void answersInAnyOrderFindTheirDocumentsInTheirOrder() throws Exception {
    chunk
        .part("p0", "{\"d\":0}", "{\"d\":1}")
        .part("p1", "{\"d\":2}")
        .output(
            Results.chat("p1-0", "two"), Results.chat("p0-1", "one"), Results.chat("p0-0", "zero"))
        .join();

    assertThat(chunk.answered())
        .extracting(line -> line.substring(0, line.indexOf(",\"_batch\"")))
        .containsExactly(
            "{\"d\":0,\"sentiment\":\"zero\"",
            "{\"d\":1,\"sentiment\":\"one\"",
            "{\"d\":2,\"sentiment\":\"two\"");
  }

  @Test
  void documentsBeyondTheTenthOfTheirPartFindTheirAnswersToo() throws Exception {
    chunk.part("p1", "{}").part("p0", Collections.nCopies(12, "{}").toArray(new String[0]));
    List<String> lines = new ArrayList<>(List.of(Results.chat("p1-0", "p1-0")));
    for (int i = 0; i < 12; i++) {
      lines.add(0, Results.chat("p0-" + i, "p0-" + i));
    }
    chunk.output(lines.toArray(new String[0])).join();

    assertThat(chunk.answered())
        .hasSize(13)
        .allMatch(line -> line.matches(".*\"sentiment\":\"(p.-\\d+)\".*\"custom_id\":\"\\1\".*"));
    assertThat(chunk.answered().get(12)).contains("\"sentiment\":\"p0-11\"");
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 503, 429, 408, 0})
  void passingFaultIsSentAgain(int status) throws Exception {
    chunk.part("p0", "{\"d\":0}").error(Results.status("p0-0", status, "some_code")).join();

    assertThat(chunk.joined().again().requests()).isEqualTo(1);
    assertThat(chunk.answered()).isEmpty();
    assertThat(chunk.failed()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "batch_expired, EXPIRED",
    "batch_cancelled, CANCELLED",
    "request_timeout, API_ERROR",
    "something_new, API_ERROR"
  })
  void requestThatWasNotExecutedIsSentAgainAndGivenUpAfterTheLastAttempt(
      String code, FailureReason reason) throws Exception {
    chunk.part("p0", "{\"d\":0}").error(Results.withoutResponse("p0-0", code)).join();
    assertThat(chunk.againRequests()).hasSize(1);

    chunk.lastAttempt().join();
    assertThat(chunk.joined().again()).isNull();
    assertThat(chunk.joined().failures()).isEqualTo(Map.of(reason, 1L));
    assertThat(failure())
        .containsEntry("attempts", 3)
        .containsEntry("batch_id", "batch_1")
        .containsEntry("request_id", null);
    assertThat((String) failure().get("message")).contains("It was not executed.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "   ", "[[[[", "<html>hello</html>"})
  void aBatchOfWhichNoLineCanBeReadIsNotBoughtAgain(String line) throws Exception {
    chunk.part("p0", Collections.nCopies(10, "{}").toArray(new String[0])).output(line);

    assertThatThrownBy(chunk::join)
        .isInstanceOf(BatchException.class)
        .hasMessageContaining("no line of any of its 10 requests")
        .hasMessageContaining("Nothing was sent again");

    chunk.lastAttempt().join();
    assertThat(chunk.joined().failures()).isEqualTo(Map.of(FailureReason.MISSING, 10L));
  }

  @ParameterizedTest
  @CsvSource({
    "COMPLETED, true, 10, false",
    "COMPLETED, false, 10, true",
    "COMPLETED, true, 9, true",
    "EXPIRED, true, 10, true"
  })
  void onlyAFileThatMustHaveHadAnswersKeepsRequestsFromBeingSentAgain(
      BatchStatus status, boolean file, int requests, boolean again) throws Exception {
    chunk.part("p0", Collections.nCopies(requests, "{}").toArray(new String[0])).status(status);
    if (file) {
      chunk.error("[[[[");
    }

    if (again) {
      assertThat(chunk.join().againRequests()).hasSize(requests);
    } else {
      assertThatThrownBy(chunk::join).isInstanceOf(BatchException.class);
    }
  }

  @Test
  void quotaThatRanOutIsTreatedAsAPassingFault() throws Exception {
    chunk.part("p0", "{}").error(Results.status("p0-0", 429, "insufficient_quota")).join();
    assertThat(chunk.againRequests()).hasSize(1);

    chunk.lastAttempt().join();
    assertThat(chunk.joined().failures()).isEqualTo(Map.of(FailureReason.API_ERROR, 1L));
    assertThat((String) failure().get("message")).contains("429", "insufficient_quota");
  }

  @Test
  void causesOfFailuresAreCountedInOurWordsAlone() throws Exception {
    String secret = "The word 'Elisabeth' is not allowed.";
    chunk
        .part("p0", "{}", "{}", "{}", "{}")
        .error(
            Results.status("p0-0", 400, "bad_word").replace("It did not work.", secret),
            Results.status("p0-1", 400, "bad_word").replace("It did not work.", secret),
            Results.status("p0-2", 400, secret),
            Results.chat("p0-3", "length", "\"" + secret + "\"", "null"))
        .join();

    assertThat(chunk.joined().causes())
        .containsExactly(
            new FailureCause(
                FailureReason.REJECTED,
                "the provider refused the request with HTTP status 400, code bad_word",
                2,
                "request p0-0 of batch batch_1"),
            new FailureCause(
                FailureReason.REJECTED,
                "the provider refused the request with HTTP status 400",
                1,
                "request p0-2 of batch batch_1"),
            new FailureCause(
                FailureReason.TRUNCATED,
                "the answer was cut at its limit of tokens; raise the token limit in request.body",
                1,
                "request p0-3 of batch batch_1"));
    assertThat(chunk.failed().get(0)).contains(secret);
  }

  @Test
  void causesBeyondAllMeasureAreCountedTogether() {
    FailureCauses causes = new FailureCauses();
    for (int i = 0; i < 1_000; i++) {
      // Causes that differ only in numbers would count as one.
      causes.add(new FailureCause(FailureReason.REJECTED, "x".repeat(i), 1, "request p0-" + i));
    }
    causes.add(new FailureCause(FailureReason.REJECTED, "x".repeat(7), 3, "request p1-0"));

    assertThat(causes.all()).hasSize(51).last().extracting("documents").isEqualTo(950L);
    assertThat(causes.commonest().get("rejected").message()).isEqualTo("other causes");
    assertThat(causes.all().get(7)).extracting("documents").isEqualTo(4L);
  }

  @Test
  void refusedRequestIsRejectedWithTheProvidersWords() throws Exception {
    chunk
        .part("p0", "{\"d\":0}")
        .error(Results.status("p0-0", 400, "context_length_exceeded"))
        .join();

    assertThat(chunk.joined().failures()).isEqualTo(Map.of(FailureReason.REJECTED, 1L));
    assertThat(chunk.failed().get(0)).startsWith("{\"d\":0,\"_failure\":{\"reason\":\"rejected\"");
    assertThat(failure())
        .containsEntry("request_id", "req_7")
        .containsEntry("attempts", 1)
        .doesNotContainKey("partial");
    assertThat((String) failure().get("message"))
        .contains("400", "context_length_exceeded", "It did not work.");
  }

  @ParameterizedTest
  @CsvSource({"COMPLETED, MISSING", "EXPIRED, EXPIRED", "CANCELLED, CANCELLED"})
  void documentInNeitherFileIsJudgedByHowTheBatchEnded(BatchStatus status, FailureReason reason)
      throws Exception {
    chunk
        .part("p0", "{\"d\":0}", "{\"d\":1}")
        .status(status)
        .output(Results.chat("p0-1", "one"))
        .join();
    assertThat(chunk.answered()).hasSize(1);
    assertThat(chunk.againDocuments()).containsExactly("\"id-0\"\t{\"d\":0}");

    chunk.lastAttempt().join();
    assertThat(chunk.answered()).hasSize(1);
    assertThat(chunk.joined().failures()).isEqualTo(Map.of(reason, 1L));
  }

  @ParameterizedTest
  @CsvSource({"batch_vanished, true", "batch_unknown, false"})
  void documentsOfABatchThatIsGoneAreMissingAndGoAgainOnlyIfNothingCanBePaidTwice(
      String code, boolean again) throws Exception {
    chunk
        .part("p0", "{\"d\":0}")
        .status(BatchStatus.COMPLETED)
        .errors(new BatchError(code, "No batch found with id 'batch_1'", null, null))
        .join();
    assertThat(chunk.againDocuments()).hasSize(again ? 1 : 0);

    chunk.lastAttempt().join();
    assertThat(chunk.joined().failures()).isEqualTo(Map.of(FailureReason.MISSING, 1L));
    assertThat((String) failure().get("message"))
        .contains("the provider does not know its batch any more")
        .contains("No batch found with id 'batch_1'");
  }

  @Test
  void requestGoesAgainUnderANewNameAndOtherwiseUnchanged() throws Exception {
    String body = "{\"model\":\"m\",\"custom_id\":\"p0-1\",\"t\":1.0}";
    chunk
        .partWithBodies("p0", List.of("{\"d\":0}", "{\"d\": 1 }"), List.of("{}", body))
        .output(Results.chat("p0-0", "zero"))
        .join();

    Part again = chunk.joined().again();
    assertThat(again.name()).matches("r[0-9a-f]{24}");
    assertThat(chunk.againRequests()).containsExactly(EndedChunk.request(again.name(), 0, body));
    assertThat(chunk.againDocuments()).containsExactly("\"id-1\"\t{\"d\": 1 }");
    assertThat(again.bytes()).isEqualTo(Files.size(Path.of(chunk.folder().requests(again.name()))));
    assertThat(again.weight()).isEqualTo(1);
    assertThat(again.tokens()).isBetween(100L, 200L);
  }

  @Test
  void requestsThatAllGoAgainAreEstimatedAsTheirPartWas() throws Exception {
    chunk.partWithBodies(
        "p0", List.of("{}", "{}"), List.of("{}", "{\"t\":\"" + "x".repeat(300) + "\"}"));
    chunk.join();

    assertThat(chunk.joined().again().tokens()).isBetween(200L, 201L);
  }

  @Test
  void embeddingRequestThatGoesAgainWeighsItsInputs() throws Exception {
    chunk
        .job(Jobs.chat().endpoint("/v1/embeddings"))
        .partWithBodies(
            "p0",
            List.of("{}", "{}", "{}"),
            List.of(
                "{\"input\":[\"a\",\"b\",\"c\"]}", "{\"input\":[1,2,3]}", "{\"input\":\"abc\"}"))
        .partWithBodies(
            "p1", List.of("{}", "{}"), List.of("{\"input\":[[1,2],[3]]}", "{\"input\":[]}"))
        .join();

    assertThat(chunk.joined().again().weight()).as("3 + 1 + 1 + 2 + 1").isEqualTo(8);
  }

  @Test
  void linesNamedByAFailedValidationAreRejectedAndTheOthersGoAgain() throws Exception {
    chunk
        .part("p0", "{\"d\":0}", "{\"d\":1}")
        .part("p1", "{\"d\":2}")
        .status(BatchStatus.FAILED)
        .errors(new BatchError("invalid_url", "The URL is wrong.", "url", 3))
        .join();

    assertThat(chunk.failed()).singleElement().asString().startsWith("{\"d\":2,");
    assertThat((String) failure().get("message"))
        .contains("line 3", "invalid_url", "The URL is wrong.");
    assertThat(chunk.joined().failures()).isEqualTo(Map.of(FailureReason.REJECTED, 1L));
    assertThat(chunk.againRequests()).hasSize(2);
  }

  @Test
  void batchRefusedForALineSaysWhichToTheOthersAndNothingOfIt() throws Exception {
    chunk
        .part("p0", "{\"d\":0}", "{\"d\":1}")
        .status(BatchStatus.FAILED)
        .errors(new BatchError("invalid_url", "Elisabeth's URL is wrong.", "url", 2))
        .lastAttempt()
        .join();

    assertThat((String) failure().get("message"))
        .endsWith("its batch failed validation because of line 2, code invalid_url, param url");
    assertThat((String) FailureFields.of(chunk.failed().get(1)).get("message"))
        .endsWith(
            "the provider refused line 2 of the batch's input, code invalid_url, param url:"
                + " Elisabeth's URL is wrong.");
    assertThat(chunk.joined().causes())
        .extracting(FailureCause::message)
        .containsExactly(
            "its batch failed validation", "the provider refused a line of the batch's input");
  }

  @Test
  void batchRefusedWithoutAReasonSaysThatThereIsNone() throws Exception {
    chunk.part("p0", "{}").status(BatchStatus.FAILED).lastAttempt().join();

    assertThat((String) failure().get("message"))
        .endsWith("its batch failed validation, and the provider does not say why");
  }

  @Test
  void batchRefusedAsAWholeIsSentAgainAndGivenUpWithTheProvidersWords() throws Exception {
    chunk
        .part("p0", "{}", "{}")
        .status(BatchStatus.FAILED)
        .errors(new BatchError("token_limit_exceeded", "Enqueued token limit.", null, null))
        .join();
    assertThat(chunk.againRequests()).hasSize(2);

    chunk.lastAttempt().join();
    assertThat(chunk.joined().failures()).isEqualTo(Map.of(FailureReason.API_ERROR, 2L));
    assertThat((String) failure().get("message"))
        .contains("token_limit_exceeded", "Enqueued token limit.");
  }

  @Test
  void answerGoesBeforeAnErrorOfTheSameRequest() throws Exception {
    chunk
        .part("p0", "{}")
        .output(
            Results.status("p0-0", 500, "server_error"),
            Results.chat("p0-0", "good"),
            Results.chat("p0-0", "bad"))
        .error(Results.withoutResponse("p0-0", "batch_expired"))
        .join();

    assertThat(chunk.answered()).singleElement().asString().contains("\"sentiment\":\"good\"");
    assertThat(chunk.joined().doubledLines()).isEqualTo(3);
    assertThat(chunk.joined().unknownLines()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "p1-0",
        "p0-1",
        "p0-00",
        "p0--1",
        "p0-",
        "p0",
        "-0",
        "p0-99999999999",
        "p0-x",
        "other p0-0"
      })
  void lineThatBelongsToNoRequestIsCountedAndLeftAside(String customId) throws Exception {
    chunk.part("p0", "{}").output(Results.chat(customId, "lost"), Results.chat("p0-0", "good"));
    chunk.join();

    assertThat(chunk.answered()).singleElement().asString().contains("good");
    assertThat(chunk.joined().unknownLines()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "nonsense",
        "[]",
        "{\"custom_id\":7}",
        "{\"response\":{\"custom_id\":\"p0-0\"}}",
        "{\"custom_id\":\"p0-0\",\"response\":{\"status_code\":200,\"bo"
      })
  void lineThatCannotBeReadIsCountedAndItsRequestSentAgain(String line) throws Exception {
    chunk.part("p0", "{}").output(line).join();

    assertThat(chunk.joined().unknownLines()).isEqualTo(1);
    assertThat(chunk.againRequests()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void lineThatCannotBeReadGivesWayToOneThatCan(boolean first) throws Exception {
    String broken = "{\"custom_id\":\"p0-0\",\"response\":{";
    String good = Results.chat("p0-0", "good");
    chunk.part("p0", "{}").output(first ? broken : good, first ? good : broken).join();

    assertThat(chunk.answered()).hasSize(1);
    assertThat(chunk.joined().unknownLines()).isEqualTo(1);
    assertThat(chunk.joined().doubledLines()).isZero();
  }

  @Test
  void customIdMayStandAnywhereInTheLine() throws Exception {
    chunk
        .part("p0", "{}")
        .output(
            """
            {"error":null,"response":{"body":{"choices":[{"finish_reason":"stop",\
            "message":{"content":"good"}}]},"status_code":200},"custom_id":"p0-0"}\r""")
        .join();

    assertThat(chunk.answered()).singleElement().asString().contains("\"sentiment\":\"good\"");
  }

  @Test
  void documentIsPassedOnByteForByte() throws Exception {
    String document = "{ \"a\" : 1.500, \"é\":\"\\u00e9 ü 😀\", \"n\":{ } ,\"a\":[ ] }";
    chunk
        .part("p0", document, "{}", " { } ")
        .output(Results.chat("p0-0", "x"), Results.chat("p0-1", "y"), Results.chat("p0-2", "z"))
        .join();

    String head = document.substring(0, document.length() - 1);
    assertThat(chunk.answered().get(0)).startsWith(head + ",\"sentiment\":\"x\",\"_batch\":{");
    assertThat(chunk.answered().get(1)).startsWith("{\"sentiment\":\"y\"");
    assertThat(chunk.answered().get(2)).startsWith(" { \"sentiment\":\"z\"");
  }

  @Test
  void fieldsOfAFailedDocumentThatIsFedInAgainAreReplaced() throws Exception {
    chunk
        .part("p0", "{\"a\":1,\"_failure\":{\"reason\":\"x\"},\"b\": \"_failure\"}")
        .output(Results.chat("p0-0", "good"))
        .join();

    assertThat(chunk.answered().get(0))
        .startsWith("{\"a\":1,\"b\": \"_failure\",\"sentiment\":\"good\",\"_batch\":");
  }

  @Test
  void joinedChunkIsNotDownloadedAgain() throws Exception {
    chunk.part("p0", "{}", "{}").output(Results.chat("p0-0", "good")).join();
    JoinedChunk first = chunk.joined();
    Files.delete(directory.resolve("file-output"));

    chunk.join();

    assertThat(chunk.joined()).isEqualTo(first);
    assertThat(chunk.provider().downloads()).isEqualTo(1);
  }

  @Test
  void joinThatAnotherLaunchEndsFirstTakesItsRecord() throws Exception {
    chunk.part("p0", "{}", "{}").output(Results.chat("p0-0", "good"));
    EndedChunk same =
        new EndedChunk(directory).parts(chunk.parts()).output(Results.chat("p0-0", "good"));
    chunk
        .provider()
        .beforeDownload(
            () -> {
              try {
                same.join();
                Files.delete(directory.resolve("file-output"));
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            });

    chunk.join();

    assertThat(chunk.joined()).isEqualTo(same.joined());
    assertThat(chunk.answered()).hasSize(1);
  }

  @Test
  void resultFileMayHave16MebibytesForEachRequestAndOneGibibyte() throws Exception {
    chunk.part("p0", "{}", "{}", "{}").output(Results.chat("p0-0", "good")).join();

    assertThat(chunk.provider().mostBytes()).isEqualTo((1L << 30) + 3 * (16L << 20));
  }

  @Test
  void documentsOfAChunkThatNeverHadABatchWereNotSent() throws Exception {
    chunk.part("p0", "{}").lastAttempt().withoutBatch().join();

    assertThat(chunk.joined().batchId()).isNull();
    assertThat(chunk.joined().failures()).isEqualTo(Map.of(FailureReason.CANCELLED, 1L));
    assertThat(chunk.joined().causes().get(0).example()).isEqualTo("request p0-0, never sent");
    assertThat(failure())
        .containsEntry("attempts", chunk.awaited().chunk().attempt() - 1)
        .containsEntry("batch_id", null);
    assertThat((String) failure().get("message"))
        .contains("the run was cancelled before it was sent again");
  }

  @Test
  void documentsThatWereNeverSentAreNotSentAgain() throws Exception {
    chunk.job(Jobs.chat().attempts(1)).part("p0", "{}").withoutBatch().join();

    assertThat(failure()).containsEntry("attempts", 0);
    assertThat((String) failure().get("message"))
        .endsWith("the run was cancelled before it was sent");
  }

  @Test
  void documentsThatALimitOnCostStoppedFailForGood() throws Exception {
    chunk
        .part("p0", "{}")
        .withoutBatch()
        .errors(new BatchError(BatchEnd.OVER_BUDGET, "limits.cost_usd is 1", null, null))
        .join();

    assertThat(chunk.againRequests()).isEmpty();
    assertThat(chunk.joined().failures()).isEqualTo(Map.of(FailureReason.OVER_BUDGET, 1L));
    assertThat((String) failure().get("message")).contains("limits.cost_usd is 1");
  }

  /** A prompt of 20 tokens and an answer of 3, for one dollar and two dollars a million. */
  @Test
  void sampleKnowsHowMuchTheCostsOfItsRequestsDiffer() throws Exception {
    chunk
        .canary()
        .part("p0", "{}", "{}", "{}", "{}", "{}", "{}")
        .output(
            Results.chat("p0-0", "good"),
            Results.chat("p0-1", "length", "\"cut\"", "null"),
            Results.ok("p0-2", "{\"choices\":[{\"message\":{\"content\":\"a\"}}]}"))
        .error(Results.status("p0-3", 400, "bad"), Results.status("p0-4", 500, "later"))
        .join();

    double answer = 26e-6;
    assertThat(chunk.joined().spread().requests()).as("two answers, one refusal").isEqualTo(3);
    assertThat(chunk.joined().spread().sum()).isCloseTo(2 * answer, within(1e-12));
    assertThat(chunk.joined().spread().squares()).isCloseTo(2 * answer * answer, within(1e-15));
  }

  @Test
  void chunkThatIsNoSampleKnowsNoSpread() throws Exception {
    chunk.part("p0", "{}").output(Results.chat("p0-0", "good")).join();

    assertThat(chunk.joined().spread()).isNull();
  }

  @Test
  void joinThatWasInterruptedBeforeItsEndIsRepeatedWithTheSameFiles() throws Exception {
    chunk.part("p0", "{}", "{}", "{}").output(Results.chat("p0-1", "good"));
    chunk.error(Results.status("p0-0", 400, "bad")).join();
    JoinedChunk first = chunk.joined();
    List<String> before = allFiles();
    Files.delete(directory.resolve("joined/a1-c00000/1.json"));

    chunk.join();

    assertThat(chunk.joined()).isEqualTo(first);
    assertThat(allFiles()).isEqualTo(before);
  }

  @Test
  void downloadThatBreaksOffIsRepeatedAndNothingCountedTwice() throws Exception {
    chunk.part("p0", "{}", "{}").output(Results.chat("p0-0", "a"));
    chunk.error(Results.chat("p0-1", "b"), Results.status("p9-9", 500, "x"));
    chunk.provider().breakingOff(3);

    chunk.join();

    assertThat(chunk.answered()).hasSize(2);
    assertThat(chunk.joined().doubledLines()).isZero();
    assertThat(chunk.joined().unknownLines()).isEqualTo(1);
    assertThat(chunk.provider().downloads()).isEqualTo(5);
  }

  @Test
  void downloadThatKeepsBreakingOffEndsWithAMessageAndNoResult() {
    chunk.part("p0", "{}").output(Results.chat("p0-0", "a"));
    chunk.provider().breakingOff(100);

    assertThatThrownBy(chunk::join)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("file-output")
        .hasStackTraceContaining("Connection reset");
    assertThat(directory.resolve("results")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({"1, found 1;", "3, found more;"})
  void sidecarWithTooFewOrTooManyLinesIsAnError(int lines, String found) throws Exception {
    chunk.part("p0", "{}", "{}").output(Results.chat("p0-0", "a"), Results.chat("p0-1", "b"));
    Files.writeString(Path.of(chunk.folder().documents("p0")), "\"id\"\t{}\n".repeat(lines));

    assertThatThrownBy(chunk::join)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("a1-c00000", "p0", "expected 2", found);
    assertThat(directory.resolve("results/a1-c00000.json")).doesNotExist();
  }

  @Test
  void chunkIsNotJoinedUnlessEachDocumentHasAnOutcome() throws Exception {
    chunk.part("p0", "{}", "{}");
    try (OutcomeWriter outcomes =
        new OutcomeWriter(Jobs.chat().job(), chunk.folder(), chunk.awaited())) {
      assertThatThrownBy(() -> outcomes.commit(0, 0, null))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("expected 2 outcomes, found 0 answered + 0 failed");
    }
    assertThat(directory.resolve("results")).doesNotExist();
  }

  @Test
  void sidecarLineWithoutAnIdIsAnErrorWithoutItsContents() throws Exception {
    chunk.part("p0", "{}", "{}").output(Results.chat("p0-0", "a"), Results.chat("p0-1", "b"));
    Files.writeString(Path.of(chunk.folder().documents("p0")), "\"id-0\"\t{}\n{\"secret\":1}\n");

    assertThatThrownBy(chunk::join)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("Line 2 of ", "has no tab between id and document")
        .hasMessageNotContaining("secret");
  }

  /** A worker joins thousands of chunks. */
  @Test
  void joinLeavesNoFileOpenAndNoneHalfWritten() throws Exception {
    chunk
        .part("p0", "{}", "{}", "{}", "{}")
        .uses("abca", LineUse.AWAITED, LineUse.SENT, LineUse.SENT, LineUse.DUPLICATE)
        .output(Results.chat("p0-0", "a"))
        .error(Results.status("p0-1", 400, "bad"));
    Path sidecar = Path.of(chunk.folder().documents("p0"));
    String documents = Files.readString(sidecar);
    Files.writeString(sidecar, documents + "\"id-4\"\t{}\n");

    assertThatThrownBy(chunk::join).isInstanceOf(IllegalStateException.class);
    assertThat(OpenFiles.below(directory)).isEmpty();
    assertThat(allFiles()).noneMatch(file -> file.contains(".tmp"));

    Files.writeString(sidecar, documents);
    chunk.join();
    chunk.joinDuplicates();
    assertThat(OpenFiles.below(directory)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | no custom_id",
        "{secret | not well-formed",
        "'' | expected 1 requests",
        "'' | , found 0;"
      })
  void requestThatIsNotTheOnePlannedIsAnErrorWithoutItsContents(String request, String message)
      throws Exception {
    chunk.part("p0", "{}");
    Files.writeString(
        Path.of(chunk.folder().requests("p0")), request.isEmpty() ? "" : request + "\n");

    assertThatThrownBy(chunk::join)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("p0", message)
        .hasNoCause()
        .hasMessageNotContaining("secret");
  }

  private List<String> allFiles() throws IOException {
    try (var files = Files.walk(directory)) {
      return files
          .filter(Files::isRegularFile)
          .sorted()
          .map(
              file -> {
                try {
                  return file + ": " + Files.readString(file);
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              })
          .toList();
    }
  }

  private Map<String, Object> failure() {
    return FailureFields.of(chunk.failed().get(0));
  }
}
