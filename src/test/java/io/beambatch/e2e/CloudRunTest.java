package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.cli.Workplace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script that Cloud Run's jobs start, with the packaged program and a server of its own. */
@Tag("slow")
class CloudRunTest {
  private static final Path SCRIPT = Path.of("templates/cloud-run/scheduled.sh").toAbsolutePath();
  private static final int STARTS = 200;

  @TempDir Path folder;
  private StartedScript script;
  private Workplace workplace;

  @BeforeEach
  void startServer() throws Exception {
    script = new StartedScript(folder);
    workplace = script.workplace();
  }

  @AfterEach
  void endServer() throws Exception {
    script.close();
  }

  @Test
  void submitsARunADayAndCollectsAllThatAreUnderWay() throws Exception {
    workplace.write("2026-03-01.jsonl", "{\"id\":1,\"text\":\"good\"}\n");
    workplace.write("2026-03-02.jsonl", "{\"id\":2,\"text\":\"bad\"}\n");
    assertThat(start("submit", "2026-03-01")).isZero();
    assertThat(start("submit", "2026-03-02")).isZero();
    assertThat(start("submit", "2026-03-03")).as("%s", script.said()).isEqualTo(2);
    assertThat(script.said()).contains("No file matches source.path");

    int collects = 0;
    while (!isDone("2026-03-01") || !isDone("2026-03-02")) {
      // The run of the third day, of which nothing was sent, is nothing to collect.
      assertThat(start("collect", "2026-03-04")).as("%s", script.said()).isZero();
      assertThat(++collects).as("collects").isLessThan(STARTS);
    }

    assertThat(workplace.answered().stream().map(document -> document.path("id").asInt()))
        .containsExactlyInAnyOrder(1, 2);
    assertThat(Workplace.stats(script.baseUrl()).path("custom_ids_answered_more_than_once").asInt())
        .isZero();
    // A submit that is repeated, and a collect of nothing, change nothing.
    assertThat(start("submit", "2026-03-01")).isZero();
    assertThat(start("collect", "2026-03-04")).isZero();
    assertThat(Workplace.stats(script.baseUrl()).path("batches_created").asInt()).isEqualTo(3);
  }

  private boolean isDone(String run) {
    return Files.exists(workplace.staging().resolve("sentiment/" + run + "/report.json"));
  }

  private int start(String mode, String day) throws Exception {
    List<String> command = new ArrayList<>(List.of(SCRIPT.toString(), mode));
    command.add(Path.of("pipelines/sentiment.yaml").toAbsolutePath().toString());
    for (String override :
        List.of(
            "source.path=" + folder + "/{run}.jsonl",
            "sink.path=" + workplace.sink(),
            "failures.path=" + workplace.failures())) {
      command.addAll(List.of("--set", override));
    }
    return script.start(
        command,
        Map.of(
            "BEAMBATCH_STAGING",
            workplace.staging().toString(),
            "BEAMBATCH_NAME",
            "sentiment",
            "BEAMBATCH_RUN",
            day,
            "OPENAI_API_KEY",
            "local",
            "OPENAI_BASE_URL",
            script.baseUrl().toString()));
  }
}
