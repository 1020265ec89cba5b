package io.beambatch.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.cli.Program;
import io.beambatch.cli.Said;
import io.beambatch.cli.Workplace;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import mockwebserver3.MockResponse;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A provider's list of batches has no end: its pages turn in a circle, or show ever new batches, or
 * batches of the next century, which are never older than the run. The launch ends, creates
 * nothing, and the next one goes on.
 */
@Tag("slow")
class AListThatNeverEndsIsGivenUpTest {
  @TempDir Path folder;

  @Test
  void afterSoManyPagesOrWhereNothingNewIsOnThem() throws Exception {
    Workplace workplace = new Workplace(folder);
    List<String> run =
        workplace.command(
            "run", "pipelines/sentiment.yaml", "--run", "r", "--set", "poll.interval=100ms");
    AtomicInteger pages = new AtomicInteger();
    try (HostileProvider provider = HostileProvider.start(folder)) {
      provider.lies(HostileProvider.LIST, call -> page(pages.incrementAndGet() % 2));
      Said circle = provider.said(run);
      assertThat(circle.exitCode()).as("%s", circle).isEqualTo(1);
      assertIsGivenUp(circle.err(), "shows only what was on pages before it");

      provider.lies(HostileProvider.LIST, call -> page(pages.incrementAndGet()));
      try (Program always = provider.start(folder.resolve("new"), run)) {
        assertThat(always.end()).as("%s", always).isEqualTo(1);
        assertIsGivenUp(always.err(), "more than 2000 pages");
      }

      assertThat(provider.honest().stats().batchesCreated()).isZero();
      provider.repents();
      Said launch = provider.said(run);
      assertThat(launch.exitCode()).as("%s", launch).isZero();
      assertThat(provider.honest().stats().batchesCreated()).isEqualTo(1);
    }
    assertThat(workplace.answered()).hasSize(40);
  }

  private static void assertIsGivenUp(String said, String why) {
    assertThat(said)
        .contains("list of batches can't be read to its end")
        .contains(why)
        .doesNotContain("\tat ");
  }

  private static MockResponse page(int number) {
    return HostileProvider.json(
        200,
        """
        {"object":"list","data":[{"id":"batch_%1$d","object":"batch","status":"completed",\
        "endpoint":"/v1/chat/completions","input_file_id":"file-1","created_at":4102444800}],\
        "first_id":"batch_%1$d","last_id":"batch_%1$d","has_more":true}"""
            .formatted(number));
  }
}
