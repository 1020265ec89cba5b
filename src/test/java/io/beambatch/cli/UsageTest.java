package io.beambatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UsageTest {
  private static final String JOB = "pipelines/sentiment.yaml";

  @TempDir Path folder;

  @Test
  void showsTheCommandsIfNoneIsNamed() {
    Said said = Said.by();

    assertThat(said.exitCode()).isEqualTo(2);
    assertThat(said.err())
        .contains("Name a command: run, plan, submit, collect, status, cancel, serve")
        .contains("Commands:");
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    assertThat(Said.by("rum", JOB).exitCode()).isEqualTo(2);
    assertThat(Said.by("rum", JOB).err()).contains("'rum'");
    assertThat(Said.by("run").err()).contains("Missing required parameter: 'JOB.yaml'");
    assertThat(Said.by("run", JOB, "--lokal").exitCode()).isEqualTo(2);
    assertThat(Said.by("run", JOB, "--lokal").err()).contains("Unknown option: '--lokal'");
    assertThat(Said.by("plan", JOB, "--local").exitCode()).isEqualTo(2);
    assertThat(Said.by("serve", "--latency", "soon").exitCode()).isEqualTo(2);
    assertThat(Said.by("serve", "--latency", "soon").err())
        .contains("'soon' is not a duration such as 500ms, 30s, 10m or 26h");
  }

  @Test
  void refusesFaultsThatItCanNotMake() throws Exception {
    Path faults =
        Files.writeString(folder.resolve("faults.json"), "{\"lines\":[{\"kind\":\"x\"}]}");

    assertThat(Said.by("serve", "--fault", "line:lost:1").exitCode()).isEqualTo(2);
    assertThat(Said.by("serve", "--fault", "line:lost:1").err())
        .contains("'line:lost:1' is not a fault such as")
        .contains("its kind must be one of error_400, ");
    assertThat(Said.by("serve", "--faults", faults.toString()).exitCode()).isEqualTo(2);
    assertThat(Said.by("serve", "--faults", faults.toString()).err())
        .contains(faults + ": The faults could not be read: ");
    assertThat(Said.by("run", JOB, "--fault", "line:missing:1").exitCode()).isEqualTo(2);
    assertThat(Said.by("run", JOB, "--fault", "line:missing:1").err())
        .contains("--fault and --faults need --local");
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "plan", "submit", "collect", "status", "cancel", "serve"})
  void helpsAndTellsItsVersion(String command) {
    assertThat(Said.by(command, "--help").exitCode()).isZero();
    assertThat(Said.by(command, "--help").out())
        .startsWith("Usage: beam-batch-inference " + command);
    assertThat(Said.by(command, "--version").out()).startsWith("beam-batch-inference ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "plan", "submit", "collect", "status", "cancel"})
  void saysEverythingThatIsWrongWithAJobFileAtOnce(String command) throws Exception {
    Path job =
        Files.writeString(
            folder.resolve("job.yaml"),
            """
            name: broken
            source: {type: json, path: x}
            request:
              endpoint: /v1/chat/completions
              modl: gpt-4o-mini
              body: {}
            sink: {type: jsonl, path: out}
            """);

    Said said = Said.by(command, job.toString(), "--staging", folder.resolve("st").toString());

    assertThat(said.exitCode()).isEqualTo(2);
    assertThat(said.err())
        .contains("error: " + job + " has 3 errors")
        .contains("line 2, column")
        .contains("did you mean 'jsonl'?")
        .contains("line 5, column")
        .contains("did you mean 'model'?")
        .doesNotContain("\tat ");
    assertThat(said.out()).isEmpty();
    assertThat(folder.resolve("st")).doesNotExist();
  }

  @Test
  void refusesAJobFileThatIsNotThere() {
    Said said = Said.by("run", "nosuch.yaml");

    assertThat(said.exitCode()).isEqualTo(2);
    assertThat(said.err()).contains("nosuch.yaml").contains("there is no such file");
  }

  @Test
  void refusesOverridesThatAreNone() {
    assertThat(Said.by("run", JOB, "--set", "nonsense").exitCode()).isEqualTo(2);
    assertThat(Said.by("run", JOB, "--set", "nonsense").err())
        .contains("--set nonsense: must be key.path=value");
    assertThat(Said.by("run", JOB, "--set", "source.pth=x").err())
        .contains("--set source.pth=x")
        .contains("did you mean 'path'?");
  }

  @Test
  void refusesOptionsThatBeamDoesNotKnow() {
    for (String option : List.of("--bogus=1", "--runner=BogusRunner")) {
      Said said = Said.by("run", JOB, "--local", "--", option);

      assertThat(said.exitCode()).isEqualTo(2);
      assertThat(said.err()).containsIgnoringCase("bogus").doesNotContain("\tat ");
    }
  }

  @Test
  void refusesAStagingLocationThatCanHaveNoLedger() {
    Said said = Said.by("run", JOB, "--local", "--staging", "nofs://bucket/x");

    assertThat(said.exitCode()).isEqualTo(2);
    assertThat(said.err()).contains("--staging nofs://bucket/x").doesNotContain("\tat ");
    assertThat(Path.of("nofs:")).doesNotExist();
  }
}
