package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.cli.Workplace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script that cron starts, with the packaged program and a server of its own. */
@Tag("slow")
class CronTest {
  private static final Path SCRIPT = Path.of("templates/cron/daily.sh").toAbsolutePath();
  private static final int STARTS = 200;

  @TempDir Path folder;
  private StartedScript script;
  private Workplace workplace;

  @BeforeEach
  void startServer() throws Exception {
    script = new StartedScript(folder);
    workplace = script.workplace();
    Files.writeString(
        folder.resolve("env"), "OPENAI_API_KEY=local\nOPENAI_BASE_URL=" + script.baseUrl() + "\n");
  }

  @AfterEach
  void endServer() throws Exception {
    script.close();
  }

  /** The day's run is under way when the next day comes, whatever happens to starts meanwhile. */
  @Test
  void submitsEachDaysRunOnceAndCollectsAllUntilTheyAreDone() throws Exception {
    documents("2026-03-01", "{\"id\":1,\"text\":\"good\"}\n{\"id\":2,\"text\":\"bad\"}\n");
    documents("2026-03-02", "{\"id\":3,\"text\":\"bad\"}\n");
    assertNothingIsDoneWhileAnotherIsAtIt("2026-03-01");

    assertThat(start("2026-03-01")).isZero();
    assertThat(marks()).containsExactly("2026-03-01.pending");
    assertThat(start("2026-03-01", "--set", "retry.atempts=3")).as("can't collect").isEqualTo(1);
    assertThat(marks()).containsExactly("2026-03-01.pending");

    int starts = 0;
    while (!marks().equals(List.of("2026-03-01.done", "2026-03-02.done"))) {
      assertThat(start("2026-03-02")).isZero();
      assertThat(++starts).as("starts").isLessThan(STARTS);
    }
    assertThat(workplace.answered().stream().map(document -> document.path("id").asInt()))
        .containsExactlyInAnyOrder(1, 2, 3);

    JsonNode before = stats();
    assertThat(start("2026-03-01")).isZero();
    assertThat(start("2026-03-02")).isZero();
    assertThat(stats()).as("what the server has seen").isEqualTo(before);
    assertThat(before.path("batches_created").asInt()).isEqualTo(3);
    assertThat(before.path("custom_ids_answered_more_than_once").asInt()).isZero();
  }

  @Test
  void tellsOnceWhatIsForPeopleToMend() throws Exception {
    documents("2026-03-01", "{\"id\":1,\"text\":\"good\"}\n");
    assertThat(start("2026-03-01", "--set", "limits.cost_usd=0.00000001")).isEqualTo(1);
    assertThat(script.said())
        .contains("pipelines/sentiment.yaml, run 2026-03-01: ended with exit code 4")
        .contains("rename 2026-03-01.failed to 2026-03-01.new")
        .contains("limits.cost_usd");
    assertThat(marks()).containsExactly("2026-03-01.failed");
    assertThat(start("2026-03-01")).isZero();
    assertThat(script.said()).isEmpty();
  }

  @Test
  void triesAgainWhatCouldNotBeginUntilWhatIsMissingComes() throws Exception {
    assertThat(start("2026-03-01")).isEqualTo(1);
    assertThat(script.said())
        .contains("run 2026-03-01: ended with exit code 2; each start tries again")
        .contains("No file matches source.path");
    // What was said once this day, or on the day before if that has just ended, is said enough.
    Path told = folder.resolve("state/sentiment/2026-03-01.said");
    String before = Files.readString(told);
    int again = start("2026-03-01");
    assertThat(again).isEqualTo(before.equals(Files.readString(told)) ? 0 : 1);
    assertThat(start("2026-03-01", "--set", "retry.atempts=3")).isEqualTo(1);
    assertThat(script.said()).contains("did you mean 'attempts'?");
    assertThat(marks()).containsExactly("2026-03-01.new");

    documents("2026-03-01", "{\"id\":1,\"text\":\"good\"}\n");
    assertThat(start("2026-03-01")).isZero();
    assertThat(marks()).containsExactly("2026-03-01.pending");
  }

  @Test
  void givesUpWhatCouldNotBeginForTwoDays() throws Exception {
    Path begun = Files.createDirectories(folder.resolve("state/sentiment"));
    begun = Files.createFile(begun.resolve("2026-03-01.new"));
    Files.setLastModifiedTime(begun, FileTime.from(Instant.EPOCH));

    assertThat(start("2026-03-01")).isEqualTo(1);

    assertThat(script.said()).contains("rename 2026-03-01.failed to 2026-03-01.new");
    assertThat(marks()).containsExactly("2026-03-01.failed");
  }

  private void assertNothingIsDoneWhileAnotherIsAtIt(String day) throws Exception {
    Path state = Files.createDirectories(folder.resolve("state/sentiment"));
    Process holder =
        new ProcessBuilder("flock", state.resolve("lock").toString(), "sh", "-c", "echo held; cat")
            .start();
    try {
      assertThat(holder.inputReader().readLine()).isEqualTo("held");
      assertThat(start(day)).isZero();
      assertThat(marks()).isEmpty();
    } finally {
      holder.getOutputStream().close();
      assertThat(holder.waitFor(1, TimeUnit.MINUTES)).isTrue();
    }
  }

  private void documents(String day, String lines) throws IOException {
    workplace.write(day + ".jsonl", lines);
  }

  /** Starts the script on a day, as cron would, and returns its exit code. */
  private int start(String day, String... more) throws Exception {
    List<String> command =
        new ArrayList<>(
            workplace.command(
                SCRIPT.toString(),
                "pipelines/sentiment.yaml",
                "--set",
                "source.path=" + folder + "/{day}.jsonl"));
    command.addAll(List.of(more));
    return script.start(
        command,
        Map.of(
            "BEAMBATCH_ENV",
            folder.resolve("env").toString(),
            "BEAMBATCH_STATE",
            folder.resolve("state").toString(),
            "BEAMBATCH_DAY",
            day));
  }

  /** How far each day has come. */
  private List<String> marks() throws IOException {
    return Workplace.files(folder.resolve("state/sentiment/2026"), "").stream()
        .map(path -> path.getFileName().toString())
        .filter(name -> !name.endsWith(".log") && !name.endsWith(".said"))
        .toList();
  }

  private JsonNode stats() throws Exception {
    return Workplace.stats(script.baseUrl());
  }
}
