package io.beambatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UsageTest {
  private static final String JOB = "pipelines/sentiment.yaml";

  @TempDir Path folder;

  @Test
  void printsTheSchemaOfJobFiles() throws Exception {
    Said said = Said.by("schema");
    assertThat(said.exitCode()).isZero();
    assertThat(new ObjectMapper().readTree(said.out()).path("title").asText())
        .isEqualTo("Job file of beam-batch-inference");
  }

  @Test
  void namesTheCommandsIfNoneIsNamed() {
    assertThat(usageError())
        .isEqualTo(
            """
            error: name a command: run, plan, init, validate, submit, collect, status, cancel, runs, cache, serve, providers, schema, completion, help, version
            'beam-batch-inference --help' shows what it takes
            """);
  }

  @Test
  void saysInOneLineWhatIsWrongWithACommandLine() {
    assertThat(usageError("rum", JOB))
        .isEqualTo(
            """
            error: there is no command rum; did you mean run?
            'beam-batch-inference --help' shows what it takes
            """);
    assertThat(usageError("run"))
        .isEqualTo(
            """
            error: name a job file: beam-batch-inference run JOB.yaml
            'beam-batch-inference run --help' shows what it takes
            """);
    assertThat(usageError("run", JOB, "--lokal"))
        .startsWith("error: there is no option --lokal; did you mean --local?\n");
    assertThat(usageError("plan", JOB, "--local")).startsWith("error: --local, --fault, ");
    assertThat(usageError("plan", JOB, "--samples")).startsWith("error: --samples needs --canary");
    assertThat(usageError("runs", "--local")).startsWith("error: there is no option --local");
    assertThat(usageError("serve", "--latency", "soon"))
        .contains("'soon' is not a duration such as 500ms, 30s, 10m or 26h");
    assertThat(usageError("run", JOB, "other.yaml"))
        .startsWith("error: 'other.yaml' is one argument too many: a command takes one job file");
  }

  @Test
  void neverSuggestsWhatDestroys() {
    assertThat(usageError("cancle", JOB))
        .startsWith("error: there is no command cancle; there are run, plan, ");
  }

  @Test
  void helpsByAWordToo() {
    assertThat(Said.by("help").out()).isEqualTo(Said.by("--help").out());
    assertThat(Said.by("help", "run").out()).isEqualTo(Said.by("run", "--help").out());
    assertThat(Said.by("help", "run").exitCode()).isZero();
    assertThat(Said.by("version").out()).isEqualTo(Said.by("--version").out());
  }

  private static String usageError(String... args) {
    Said said = Said.by(args);
    assertThat(said.exitCode()).as("%s", said).isEqualTo(2);
    assertThat(said.out()).isEmpty();
    return said.err();
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
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"lines\": [{\"kind\": \"mising\"}]} | lines[0].kind: mising is not one of cut, ",
        "{\"lines\": [{\"kind\": \"cut\", \"prob\": 1}]} | lines[0].prob is not a key of a fault;"
            + " the keys are ",
        "{\"lines\": [{\"kind\": \"cut\", \"first\": \"x\"}]} | lines[0].first: x is not a value"
            + " for it",
        "{\"lines\": 7} | lines has a value that can't be one",
        "{\"lines\": [ | it isn't JSON in line 1",
      })
  void saysInOurWordsWhatIsWrongWithAFileOfFaults(String json, String said) throws Exception {
    Path faults = Files.writeString(folder.resolve("faults.json"), json);

    assertThat(usageError("serve", "--faults", faults.toString()))
        .contains(said)
        .doesNotContain("io.beambatch", "fasterxml", "Source: ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "run",
        "plan",
        "init",
        "validate",
        "submit",
        "collect",
        "status",
        "cancel",
        "runs",
        "cache",
        "serve",
        "providers",
        "schema",
        "completion",
        "version"
      })
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
            source: {type: jsnol, path: x}
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
  void refusesAJobFileThatIsMissing() {
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
    assertThat(usageError("run", JOB, "--local", "--", "--bogus=1"))
        .isEqualTo("error: --bogus: neither Beam nor its runner has this option.\n");
    assertThat(usageError("run", JOB, "--local", "--", "--runner=BogusRunner"))
        .startsWith("error: --runner=BogusRunner: there is no such runner; there are ");
    assertThat(usageError("run", JOB, "--local", "--", "--targetParallelism=x"))
        .isEqualTo("error: --targetParallelism=x: the value doesn't fit the option\n");
  }

  @Test
  void refusesAStagingLocationThatCanHaveNoLedger() {
    Said said = Said.by("run", JOB, "--local", "--staging", "nofs://bucket/x");

    assertThat(said.exitCode()).isEqualTo(2);
    assertThat(said.err()).contains("--staging nofs://bucket/x").doesNotContain("\tat ");
    assertThat(Path.of("nofs:")).doesNotExist();
  }

  @Test
  void saysWhichNumbersAreTaken() throws Exception {
    for (String option : new String[] {"--limit", "--sample", "--seed"}) {
      assertThat(usageError("run", JOB, "--local", option, "x"))
          .contains(option)
          .contains("'x' is not a whole number");
    }
    assertThat(usageError("run", JOB, "--limit", "99999999999999999999"))
        .contains("is not a whole number, or is too large");
  }

  @Test
  void refusesAFolderInNoBucket() throws Exception {
    for (String[] command :
        new String[][] {
          {"run", JOB, "--local", "--staging", "gs://"},
          {"cache", "--path", "gs:///x/"},
          {"runs", "--staging", "gs://"}
        }) {
      assertThat(usageError(command)).contains("gs://bucket/folder");
    }
    assertThat(Path.of("gs:")).doesNotExist();
  }
}
