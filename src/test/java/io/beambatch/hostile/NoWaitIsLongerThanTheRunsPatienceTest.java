package io.beambatch.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.cli.Said;
import io.beambatch.cli.Workplace;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A provider asks for a wait of years, on one call after the other. No launch waits for it: each
 * ends and says for how long the provider asks, and the next goes on with what was done.
 */
@Tag("slow")
class NoWaitIsLongerThanTheRunsPatienceTest {
  @TempDir Path folder;

  @Test
  void eachLaunchEndsWithTheNumberAndTheNextGoesOn() throws Exception {
    Workplace workplace = new Workplace(folder);
    List<String> run =
        workplace.command(
            "run", "pipelines/sentiment.yaml", "--run", "r", "--set", "poll.interval=100ms");
    try (HostileProvider provider = HostileProvider.start(folder)) {
      for (Map.Entry<String, String> asks :
          List.of(
              Map.entry(HostileProvider.UPLOAD, "Retry-After: 1000000000"),
              Map.entry(HostileProvider.CREATE, "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT"),
              Map.entry("GET /v1/batches.*", "Retry-After: 99999999999999999999999999"),
              Map.entry(HostileProvider.DOWNLOAD, "retry-after-ms: 1000000000000"))) {
        provider.repents();
        provider.lies(
            asks.getKey(),
            call ->
                HostileProvider.json(
                    429, "{\"error\":{\"message\":\"busy\",\"code\":\"x\"}}", asks.getValue()));

        Said launch = provider.said(run);
        assertThat(launch.exitCode()).as("%s: %s", asks, launch).isEqualTo(1);
        assertThat(launch.err())
            .as("%s", asks)
            .containsPattern("asks to wait for [0-9]{7,} s")
            .contains("run the same command again")
            .doesNotContain("\tat ");
      }
      provider.repents();
      Said launch = provider.said(run);
      assertThat(launch.exitCode()).as("%s", launch).isZero();
      assertThat(provider.honest().stats().batchesCreated()).isEqualTo(1);
    }
    assertThat(workplace.answered()).hasSize(40);
  }
}
