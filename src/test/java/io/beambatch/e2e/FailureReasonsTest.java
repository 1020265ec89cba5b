package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.cli.Said;
import io.beambatch.cli.Workplace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user finds in the file of failures, for everything that a provider does to a document. */
@Tag("slow")
class FailureReasonsTest {
  @TempDir Path folder;

  private Workplace workplace;
  private Path source;

  @BeforeEach
  void documentsAreThere() throws IOException {
    workplace = new Workplace(folder);
    source =
        workplace.write(
            "documents.jsonl",
            """
            {"id":1,"text":"Works great, I love it!"}
            {"id":2,"text":"It broke at once."}
            {"id":3,"text":"It is a kettle."}
            {"id":4,"text":"I would buy it again."}
            """);
  }

  @Test
  void anAnswerThatWasCutIsKeptInPart() throws Exception {
    JsonNode failure = onlyFailure(run("--fault", "line:cut:1"), "truncated");

    assertThat(failure.path("partial").asText()).isNotEmpty();
    assertThat(failure.path("message").asText()).contains("finish reason length");
    assertThat(failure.path("attempts").asInt()).isEqualTo(1);
  }

  @Test
  void anAnswerThatWasFilteredIsKeptInPart() throws Exception {
    JsonNode failure = onlyFailure(run("--fault", "line:filtered:1"), "refused");

    assertThat(failure.path("partial").asText()).isNotEmpty();
    assertThat(failure.path("message").asText()).contains("finish reason content_filter");
    assertThat(failure.path("attempts").asInt()).isEqualTo(1);
  }

  @Test
  void aRequestThatTheProviderRefusesIsNotSentAgain() throws Exception {
    JsonNode failure = onlyFailure(run("--fault", "line:error_400:1"), "rejected");

    assertThat(failure.path("message").asText()).contains("HTTP status 400, code invalid_value");
    assertThat(failure.path("request_id").asText()).isNotEmpty();
    assertThat(workplace.batches()).hasSize(1);
  }

  @Test
  void aRequestThatFailsEveryTimeIsSentAsOftenAsAllowed() throws Exception {
    for (String fault : List.of("error_429", "error_500", "timeout", "status_zero")) {
      JsonNode failure =
          onlyFailure(run("--new-run", "--fault", "line:" + fault + ":1"), "api_error");
      assertThat(failure.path("attempts").asInt()).as(fault).isEqualTo(2);
    }
    for (String fault : List.of("missing", "garbled")) {
      JsonNode failure =
          onlyFailure(run("--new-run", "--fault", "line:" + fault + ":1"), "missing");
      assertThat(failure.path("attempts").asInt()).as(fault).isEqualTo(2);
    }
  }

  @Test
  void aLineThatFailsTheBatchIsRejectedAndTheOthersAreSentAgain() throws Exception {
    JsonNode failure = onlyFailure(run("--fault", "batch:invalid_line:1"), "rejected");

    assertThat(failure.path("message").asText())
        .contains("the provider refused line 1 of the batch's input, code invalid_request")
        .contains("param body.messages");
    assertThat(workplace.answered())
        .hasSize(3)
        .allSatisfy(document -> assertThat(document.at("/_batch/attempt").asInt()).isEqualTo(2));
  }

  @Test
  void aBatchThatExpiresIsHarvestedAndTheRestIsSentAgain() throws Exception {
    Said said = run("--fault", "batch:expire:1:0.5");

    assertThat(said.exitCode()).isZero();
    assertThat(workplace.failed()).isEmpty();
    assertThat(workplace.answered())
        .extracting(document -> document.at("/_batch/attempt").asInt())
        .containsExactlyInAnyOrder(1, 1, 2, 2);
  }

  @Test
  void moreFailuresThanAllowedAsAShareEndWithThree() throws Exception {
    String[] fault = {"--fault", "line:error_400:2", "--set", "retry.max_failed=40%"};

    Said said = run(fault);

    assertThat(said.exitCode()).isEqualTo(3);
    assertThat(said.err())
        .contains("error: 2 of 4 documents failed, more than retry.max_failed allows");
    fault[3] = "retry.max_failed=50%";
    assertThat(run(withNewRun(fault)).exitCode()).isZero();
  }

  private Said run(String... more) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "--set",
                "source.path=" + source,
                "--set",
                "retry.attempts=2",
                "--set",
                "poll.interval=100ms",
                "--set",
                "poll.grace=1s"));
    args.addAll(List.of(more));
    return workplace.run("pipelines/sentiment.yaml", args.toArray(String[]::new));
  }

  private static String[] withNewRun(String[] args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.add("--new-run");
    return all.toArray(String[]::new);
  }

  /** The one failure of a run that ended well and answered the other three documents. */
  private JsonNode onlyFailure(Said said, String reason) throws IOException {
    assertThat(said.exitCode()).as("%s", said).isZero();
    JsonNode report = workplace.report(said);
    assertThat(report.path("documents").asInt()).isEqualTo(4);
    assertThat(report.path("answered").asInt()).isEqualTo(3);
    assertThat(report.at("/failed/" + reason).asInt()).isEqualTo(1);
    List<JsonNode> failed = workplace.failed();
    return failed.get(failed.size() - 1).path("_failure");
  }
}
