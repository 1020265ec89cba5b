package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.cli.ReviewsJob;
import io.beambatch.cli.Said;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that is cancelled while documents wait for answers to others, or have theirs already. */
class CancelledRunTest {
  private static final int KNOWN = 3;
  private static final int SENT = 4;
  private static final int WAITING = 5;

  @TempDir Path folder;

  @Test
  void everyDocumentIsAnsweredOrFailedThoughBatchesAreInFlight() throws Exception {
    ReviewsJob job = ReviewsJob.in(folder, reviews("known", KNOWN));
    assertThat(command(job, "run", "a", List.of()).exitCode()).isZero();
    String[] all =
        Stream.of(reviews("known", KNOWN), reviews("new", SENT + WAITING))
            .flatMap(Stream::of)
            .toArray(String[]::new);
    // Each twice. There is room for one batch, which never ends, and half of it is answered.
    String lines = String.join("\n", all) + "\n";
    Files.writeString(job.reviews(), lines + lines);

    List<String> stuck = List.of("--fault", "batch:stuck:100%:0.5");
    Said submitted = command(job, "submit", "b", stuck);
    assertThat(submitted.exitCode()).as("%s", submitted).isEqualTo(75);
    Said cancelled = command(job, "cancel", "b", stuck);

    assertThat(cancelled.exitCode()).as("%s", cancelled).isZero();
    JsonNode report = job.workplace().report(cancelled);
    assertThat(report.path("documents").asInt()).isEqualTo(2 * (KNOWN + SENT + WAITING));
    assertThat(report.path("answered").asInt()).isEqualTo(2 * (KNOWN + SENT / 2));
    assertThat(report.at("/failed/cancelled").asInt()).isEqualTo(2 * (SENT / 2 + WAITING));
    assertThat(job.workplace().failed())
        .extracting(document -> document.at("/_failure/message").asText())
        .filteredOn(message -> message.contains("the run was cancelled before it was sent"))
        .as("so do the duplicates of what was never sent")
        .hasSize(2 * WAITING);
    assertThat(job.workplace().answered()).hasSize(KNOWN + report.path("answered").asInt());

    Said again = command(job, "run", "b", List.of());
    assertThat(again.exitCode()).as("%s", again).isZero();
    assertThat(job.workplace().batches()).as("nothing is sent any more").hasSize(2);
    assertThat(command(job, "status", "b", List.of()).out()).contains("cancelled and finished");
  }

  private Said command(ReviewsJob job, String name, String run, List<String> more) {
    List<String> options = new ArrayList<>(List.of("--run", run));
    options.addAll(more);
    for (String setting :
        List.of(
            "source.id=",
            "duplicates=once",
            "cache.path=" + folder.resolve("cache"),
            "limits.requests=" + SENT,
            "limits.enqueued_requests=" + SENT)) {
      options.addAll(List.of("--set", setting));
    }
    return job.command(name, options.toArray(String[]::new));
  }

  private static String[] reviews(String word, int count) {
    return Stream.iterate(0, i -> i + 1)
        .limit(count)
        .map(i -> "{\"text\": \"" + word + " " + i + "\"}")
        .toArray(String[]::new);
  }
}
