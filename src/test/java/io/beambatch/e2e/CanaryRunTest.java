package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.cli.ReviewsJob;
import io.beambatch.cli.Said;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that buy a sample of their documents first. */
class CanaryRunTest {
  private static final int DOCUMENTS = 40;
  private static final int SAMPLE = 8;

  private static final List<String> ALL_FILTERED = List.of("--fault", "line:filtered:100%");

  @TempDir Path folder;
  private ReviewsJob job;

  @BeforeEach
  void reviewsAreThere() throws IOException {
    job =
        ReviewsJob.in(
            folder,
            IntStream.range(0, DOCUMENTS)
                .mapToObj(
                    i -> "{\"id\": " + i + ", \"text\": \"A great kettle, number " + i + "\"}")
                .toArray(String[]::new));
  }

  @Test
  void sendsTheRestAfterACanaryWithinItsBounds() throws Exception {
    Said done = canary("run", "a", "{failed: 5%, cost_usd: 500}");

    assertThat(done.exitCode()).as("%s", done).isZero();
    assertThat(sizes()).containsExactlyInAnyOrder(SAMPLE, DOCUMENTS - SAMPLE);
    assertThat(job.workplace().answered()).hasSize(DOCUMENTS);
    assertThat(done.told("canary"))
        .startsWith(SAMPLE + " requests: 0.0% failed, cost of the run: ");
    JsonNode projection = job.workplace().report(done).at("/canary/projection");
    assertThat(projection.at("/requests").asInt()).isEqualTo(DOCUMENTS);
    assertThat(Path.of(done.told("page"))).content().contains("Projected by the canary");
    double cost = job.workplace().report(done).get("cost_usd").asDouble();
    assertThat(projection.at("/cost_usd_low").asDouble()).isLessThanOrEqualTo(cost);
    assertThat(projection.at("/cost_usd_high").asDouble()).isGreaterThanOrEqualTo(cost);
  }

  @Test
  void stopsOutsideItsBoundsAndGoesOnWithWiderOnes() throws Exception {
    Said stopped = canary("run", "a", "{refused: 50%}", ALL_FILTERED);

    assertThat(stopped.exitCode()).as("%s", stopped).isEqualTo(4);
    assertThat(stopped.err())
        .contains("refused: 8 of 8 failed (100.0%), more than canary.stop_if.refused allows (50%)");
    assertThat(sizes()).containsExactly(SAMPLE);
    assertThat(job.workplace().failed()).as("what was bought is kept").hasSize(SAMPLE);
    assertThat(job.set("status", "a", bounds("{refused: 50%}")).out())
        .contains("awaits_canary")
        .contains("the canary is outside its bounds");
    assertThat(canary("run", "a", "{refused: 50%}").exitCode()).as("still").isEqualTo(4);

    Said goneOn = canary("run", "a", "{refused: 100%}");

    assertThat(goneOn.exitCode()).as("%s", goneOn).isZero();
    assertThat(sizes()).containsExactlyInAnyOrder(SAMPLE, DOCUMENTS - SAMPLE);
    assertThat(job.workplace().answered()).hasSize(DOCUMENTS - SAMPLE);
    assertThat(job.workplace().failed()).hasSize(SAMPLE);
  }

  @Test
  void stopsAtAProjectedCost() throws Exception {
    String prices = "prices={gpt-4o-mini: {input: 0, output: 2000000}}";
    Said stopped = set("run", "a", bounds("{cost_usd: 20}"), prices);

    assertThat(stopped.exitCode()).as("%s", stopped).isEqualTo(4);
    assertThat(stopped.err()).contains("more than canary.stop_if.cost_usd allows ($20.00)");
    assertThat(job.workplace().uploads()).as("the rest may follow at once").hasSize(1);
    Said cancelled = set("cancel", "a", bounds("{cost_usd: 20}"), prices);
    assertThat(job.workplace().uploads()).isEmpty();
    assertThat(cancelled.told("answered")).isEqualTo(String.valueOf(SAMPLE));
    assertThat(sizes()).containsExactly(SAMPLE);
    assertThat(job.workplace().answered()).hasSize(SAMPLE);
    assertThat(job.workplace().failed()).hasSize(DOCUMENTS - SAMPLE);
  }

  @Test
  void countsAnswersThatBreakTheirSchema() throws Exception {
    Said stopped = set("run", "a", bounds("{invalid_answer: 2%}"), "result.schema={type: object}");

    assertThat(stopped.exitCode()).as("%s", stopped).isEqualTo(4);
    assertThat(stopped.err()).contains("invalid_answer: 8 of 8 failed");
    assertThat(sizes()).containsExactly(SAMPLE);
  }

  @Test
  void submitsTheCanaryAloneAndCollectsTheRest() throws Exception {
    Said submitted = canary("submit", "a", "{failed: 5%}");

    assertThat(submitted.exitCode()).as("%s", submitted).isEqualTo(75);
    assertThat(sizes()).containsExactly(SAMPLE);
    assertThat(job.set("status", "a", bounds("{failed: 5%}")).out())
        .contains("the rest waits until the canary is collected and judged");
    Said collected = untilEnded();
    assertThat(collected.exitCode()).as("%s", collected).isZero();
    assertThat(sizes()).containsExactlyInAnyOrder(SAMPLE, DOCUMENTS - SAMPLE);
    assertThat(job.workplace().answered()).hasSize(DOCUMENTS);
  }

  @Test
  void collectsNothingMoreAfterACanaryOutsideItsBounds() throws Exception {
    assertThat(canary("submit", "a", "{failed: 5%}", ALL_FILTERED).exitCode()).isEqualTo(75);

    Said collected = untilEnded();

    assertThat(collected.exitCode()).as("%s", collected).isEqualTo(4);
    assertThat(collected.err()).contains("8 of 8 failed (100.0%)");
    assertThat(sizes()).containsExactly(SAMPLE);
  }

  @Test
  void buysTheSampleAloneAndLeavesTheRestToARun() throws Exception {
    Said bought = canary("plan", "a", "{failed: 5%}", List.of("--canary"));

    assertThat(bought.exitCode()).as("%s", bought).isZero();
    assertThat(bought.told("sample")).isEqualTo(SAMPLE + " requests");
    assertThat(bought.told("whole run")).isEqualTo(DOCUMENTS + " requests");
    assertThat(sizes()).containsExactly(SAMPLE);

    assertThat(canary("run", "a", "{failed: 5%}").exitCode()).isZero();
    assertThat(sizes()).containsExactlyInAnyOrder(SAMPLE, DOCUMENTS - SAMPLE);
    assertThat(job.workplace().answered()).hasSize(DOCUMENTS);
  }

  @Test
  void refusesToGoOnWithoutTheCanaryThatARunWasPlannedWith() throws Exception {
    assertThat(canary("submit", "a", "{failed: 5%}").exitCode()).isEqualTo(75);

    Said forgotten = job.set("run", "a");

    assertThat(forgotten.exitCode()).as("%s", forgotten).isEqualTo(4);
    assertThat(forgotten.err()).contains("was planned with a canary");
    assertThat(sizes()).containsExactly(SAMPLE);
    assertThat(set("run", "a", "canary.documents=8").exitCode()).isZero();
  }

  @Test
  void takesAllOfAShortRunAsItsSample() throws Exception {
    Said done = set("run", "a", "canary={documents: 41, stop_if: {failed: 5%}}");

    assertThat(done.exitCode()).as("%s", done).isZero();
    assertThat(sizes()).containsExactly(DOCUMENTS);
    JsonNode report = job.workplace().report(done);
    assertThat(report.at("/canary/projection/cost_usd").asDouble())
        .isEqualTo(report.get("cost_usd").asDouble());
  }

  private Said untilEnded() throws Exception {
    Said collected;
    do {
      collected = canary("collect", "a", "{failed: 5%}");
    } while (collected.exitCode() == 75);
    return collected;
  }

  private Said canary(String command, String run, String bounds) {
    return canary(command, run, bounds, List.of());
  }

  private Said canary(String command, String run, String bounds, List<String> more) {
    List<String> options = new ArrayList<>(List.of("--run", run, "--set", bounds(bounds)));
    options.addAll(more);
    return job.command(command, options.toArray(String[]::new));
  }

  private Said set(String command, String run, String... settings) {
    return job.set(command, run, settings);
  }

  private static String bounds(String stopIf) {
    return "canary={documents: " + SAMPLE + ", stop_if: " + stopIf + "}";
  }

  /** The number of requests of each batch at the server. */
  private List<Integer> sizes() throws Exception {
    return job.workplace().batches().stream()
        .map(batch -> batch.at("/request_counts/total").asInt())
        .toList();
  }
}
