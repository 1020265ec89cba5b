package io.beambatch.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.cli.Program;
import io.beambatch.cli.Said;
import io.beambatch.cli.Workplace;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchError;
import io.beambatch.provider.InputFile;
import io.beambatch.provider.openai.ProviderFixture;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A provider counts less than nothing, or more than there is in the world. No count, sum, cost or
 * time that anybody is shown is negative or beyond what can be.
 */
class AbsurdNumbersAreNoCountsTest extends ProviderFixture {
  @TempDir Path folder;

  @Test
  void ofABatch() throws Exception {
    then(
        json(
            200,
            "{\"id\":\"b\",\"status\":\"in_progress\",\"created_at\":4102444800,"
                + "\"request_counts\":{\"total\":1e30,\"completed\":-5,"
                + "\"failed\":1000000000000000000},\"errors\":[{\"line\":-3,\"message\":\"m\"}]}"));

    Batch batch = provider.get("b");

    assertThat(batch.total()).isEqualTo(1_000_000_000);
    assertThat(batch.completed()).isZero();
    assertThat(batch.failed()).isEqualTo(1_000_000_000);
    assertThat(batch.errors()).containsExactly(new BatchError(null, "m", null, null));
    // In 2100 as the provider says; a search for lost batches would end too early there.
    assertThat(batch.createdAt()).isEqualTo(NOW);
  }

  @Test
  void ofAFile() throws Exception {
    then(json(200, "{\"data\":[{\"id\":\"f\",\"created_at\":9000000000000000000}]}"));

    assertThat(provider.listFiles(null, 10).files())
        .containsExactly(new InputFile("f", "", Instant.EPOCH));
  }

  @Test
  void ofMetadata() throws Exception {
    StringBuilder pairs = new StringBuilder("\"long\":\"" + "x".repeat(1000) + "\"");
    for (int i = 0; i < 100; i++) {
      pairs.append(",\"k").append(i).append("\":\"v\"");
    }
    then(json(200, "{\"id\":\"b\",\"metadata\":{" + pairs + "}}"));

    assertThat(provider.get("b").metadata()).hasSize(16).doesNotContainKey("long");
  }

  @Test
  @Tag("slow")
  void inWhatACommandShowsAndReports() throws Exception {
    Workplace workplace = new Workplace(folder);
    List<String> command =
        workplace.command(
            "run",
            "pipelines/sentiment.yaml",
            "--run",
            "r",
            "--set",
            "poll.interval=100ms",
            "--set",
            "poll.grace=1s");
    try (HostileProvider hostile = HostileProvider.start(folder)) {
      hostile.lies(
          "GET /v1/batches.*",
          call ->
              HostileProvider.json(
                  200,
                  call.truth()
                      .replaceAll("\"completed\":[0-9]+", "\"completed\":-5")
                      .replaceAll("\"total\":[0-9]+", "\"total\":1e30")
                      .replaceAll("\"failed\":[0-9]+", "\"failed\":-9223372036854775808")));
      hostile.lies(
          HostileProvider.DOWNLOAD,
          call ->
              HostileProvider.json(
                  200,
                  call.truth()
                      .replaceAll(
                          "\"prompt_tokens\":[0-9]+", "\"prompt_tokens\":1" + "0".repeat(18))
                      .replaceAll("\"completion_tokens\":[0-9]+", "\"completion_tokens\":-7")));

      try (Program run = hostile.start(folder.resolve("run"), command)) {
        assertThat(run.end()).as("%s", run).isZero();
        assertHasNoAbsurdNumber(run.out() + run.err());
      }
      Said status =
          hostile.said(workplace.command("status", "pipelines/sentiment.yaml", "--run", "r"));
      assertThat(status.exitCode()).as("%s", status).isZero();
      assertHasNoAbsurdNumber(status.out() + status.err());
    }
    assertThat(workplace.answered()).hasSize(40);
    JsonNode report =
        Workplace.JSON.readTree(workplace.staging().resolve("sentiment/r/report.json").toFile());
    for (String number : List.of("prompt_tokens", "completion_tokens")) {
      assertThat(report.path(number).asLong()).as(number).isBetween(0L, 40_000_000_000L);
    }
    assertThat(report.path("cost_usd").asDouble()).isBetween(0.0, 10.0);
  }

  private static void assertHasNoAbsurdNumber(String said) {
    assertThat(said)
        .doesNotContainPattern("[\\s$]-[0-9]")
        .doesNotContainPattern("(,?000){3}")
        .doesNotContain("E+");
  }
}
