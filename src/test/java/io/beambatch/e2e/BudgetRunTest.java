package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.cli.ReviewsJob;
import io.beambatch.cli.Said;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs that can't pay for all of their batches. Each review is a batch of its own; a prompt costs
 * nothing, and an answer of at most three tokens three dollars; the server writes two.
 */
class BudgetRunTest {
  private static final String PRICES = "prices={gpt-4o-mini: {input: 0, output: 2000000}}";

  @TempDir Path folder;
  private ReviewsJob job;

  @BeforeEach
  void reviewsAreThere() throws IOException {
    job =
        ReviewsJob.in(
            folder,
            "{\"id\": 1, \"text\": \"A great kettle\"}",
            "{\"id\": 2, \"text\": \"Terrible\"}",
            "{\"id\": 3, \"text\": \"It boils\"}",
            "{\"id\": 4, \"text\": \"Too loud, too slow\"}");
  }

  @Test
  void stopsWhenTheMoneyIsSpentAndGoesOnWithMore() throws Exception {
    Said stopped = set("run", "a", "limits.cost_usd=5", "limits.on_budget=stop");

    assertThat(stopped.exitCode()).as("%s", stopped).isEqualTo(4);
    assertThat(stopped.err()).contains("more than limits.cost_usd allows ($5.00)");
    int sent = job.workplace().batches().size();
    assertThat(sent).as("the second cost as much as the first").isEqualTo(2);
    assertThat(job.workplace().answered()).hasSize(sent);
    assertThat(stopped.told("batches")).startsWith("4: " + sent + " collected");

    Said status = set("status", "a", "limits.cost_usd=5", "limits.on_budget=stop");
    assertThat(status.out())
        .containsPattern("(?s)over_budget.*over_budget")
        .contains("collect submits them once limits.cost_usd or cost_usd_per_day allows it");

    Said goneOn = set("run", "a", "limits.cost_usd=100", "limits.on_budget=stop");
    assertThat(goneOn.exitCode()).as("%s", goneOn).isZero();
    assertThat(job.workplace().batches()).hasSize(4);
    assertThat(job.workplace().answered()).hasSize(4);
  }

  @Test
  void failsWhatItCannotPayFor() throws Exception {
    Said ended = set("run", "a", "limits.cost_usd=5", "limits.on_budget=fail");

    assertThat(ended.exitCode()).as("%s", ended).isEqualTo(4);
    int sent = job.workplace().batches().size();
    assertThat(ended.told("documents")).isEqualTo("4");
    assertThat(ended.told("answered")).isEqualTo(String.valueOf(sent));
    assertThat(ended.out()).containsPattern("over_budget +" + (4 - sent) + "\\n");
    assertThat(job.workplace().failed()).hasSize(4 - sent);
    assertThat(set("run", "a", "limits.cost_usd=100").exitCode()).as("finished").isEqualTo(4);
  }

  @Test
  void countsWhatOtherRunsOfTheDayHaveSpent() throws Exception {
    String limit = "limits.cost_usd_per_day=15";
    assertThat(set("run", "a", limit).exitCode()).isZero();

    Said second = set("run", "b", limit);

    assertThat(second.exitCode()).as("%s", second).isEqualTo(4);
    assertThat(second.err())
        .contains("that runs of this staging location have, on ")
        .contains("more than limits.cost_usd_per_day allows ($15.00)");
    assertThat(job.workplace().batches()).hasSize(4);
  }

  private Said set(String command, String run, String... settings) {
    String[] all = new String[settings.length + 3];
    System.arraycopy(settings, 0, all, 3, settings.length);
    all[0] = PRICES;
    all[1] = "limits.requests=1";
    all[2] = "request.prompt.max_tokens=3";
    return job.set(command, run, all);
  }
}
