package io.beambatch.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.cli.ReviewsJob;
import io.beambatch.cli.Said;
import io.beambatch.cli.Workplace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Somebody who can write to the staging folder changes what the records of a run say. No file from
 * outside of the run's folder comes out, and none is written outside: the command ends with one
 * error that says so.
 */
@Tag("slow")
class ATamperedRecordOfStagingDeliversNoOtherFileTest {
  private static final String SECRET = "{\"id\": 1, \"text\": \"the-secret-of-the-machine\"}\n";

  @TempDir Path folder;
  private ReviewsJob job;
  private Workplace workplace;
  private Path run;

  @BeforeEach
  void aSecretLiesBesideTheStagingFolder() throws IOException {
    job = ReviewsJob.in(folder, "{\"id\": 1, \"text\": \"A great kettle\"}");
    workplace = job.workplace();
    for (String suffix : List.of("", ".jsonl", ".documents.tsv", ".requests.jsonl")) {
      workplace.write(
          "secret" + suffix, suffix.equals(".documents.tsv") ? "\"1\"\t" + SECRET : SECRET);
    }
    run = workplace.staging().resolve("sentiment/r");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "@DIR@/secret",
        "file:@DIR@/secret.jsonl",
        "../../../../secret.jsonl",
        "../parts/../../../../secret.jsonl",
        "gs://a-bucket/secret.jsonl",
        "..",
        ""
      })
  void theFileOfResultsThatAJoinedChunkNames(String path) throws Exception {
    joinedButNotWritten();
    change(
        "joined/a1-c00000/1.json",
        "\"path\":\"[^\"]*\"",
        "\"path\":\"" + path.replace("@DIR@", folder.toString()) + "\"");

    assertIsRefused(command("collect"));
  }

  @Test
  void theNameThatAFileOfResultsGetsInTheSink() throws Exception {
    joinedButNotWritten();
    change(
        "joined/a1-c00000/1.json",
        "\"shard\":\"[^\"]*\"",
        "\"shard\":\"/../../../written-outside\"");

    assertIsRefused(command("collect"));
    assertThat(folder.resolve("written-outside.jsonl")).doesNotExist();
  }

  @Test
  void aLinkInPlaceOfAFileOfResults() throws Exception {
    joinedButNotWritten();
    Path answers = run.resolve("results/a1-c00000.answered.jsonl");
    Files.delete(answers);
    Files.createSymbolicLink(answers, folder.resolve("secret.jsonl"));

    assertIsRefused(command("collect"));
  }

  @Test
  void aLinkInPlaceOfTheFolderOfParts() throws Exception {
    assertThat(command("submit").exitCode()).isZero();
    Path outside = Files.createDirectories(folder.resolve("outside"));
    try (Stream<Path> parts = Files.list(run.resolve("parts"))) {
      for (Path part : parts.toList()) {
        Files.move(part, outside.resolve(part.getFileName()));
      }
    }
    Files.delete(run.resolve("parts"));
    Files.createSymbolicLink(run.resolve("parts"), outside);

    assertIsRefused(command("collect"));
  }

  @Test
  void thePartsThatAPlanNames() throws Exception {
    assertThat(command("submit").exitCode()).isZero();
    change("plan/a1/1.json", "(\"parts\":\\[\\{\"name\":)\"[^\"]*\"", "$1\"../../../../secret\"");

    assertIsRefused(command("collect"));
  }

  @Test
  void theChunksThatAPlanNames() throws Exception {
    assertThat(command("submit").exitCode()).isZero();
    change("plan/a1/1.json", "\"id\":\"a1-c00000\"", "\"id\":\"../../../../a1-c00000\"");

    assertIsRefused(command("collect"));
    assertThat(folder.resolve("a1-c00000")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", "../files/file-1", "a b", "batch_1\\u001b[2J"})
  void theIdsThatTheLedgerNames(String id) throws Exception {
    assertThat(command("submit").exitCode()).isZero();
    change(
        newest("ledger/a1-c00000"),
        "\"batchId\":\"[^\"]*\"",
        "\"batchId\":\"" + id.replace("\\", "\\\\") + "\"");

    assertIsRefused(command("collect"));
  }

  @Test
  void theRunThatTheRecordOfARunNames() throws Exception {
    assertThat(command("submit").exitCode()).isZero();
    change(newest("../runs/r"), "\"name\":\"r\"", "\"name\":\"../../../r\"");

    assertIsRefused(command("collect"));
  }

  @Test
  void aRecordThatIsNoJson() throws Exception {
    assertThat(command("submit").exitCode()).isZero();
    change("plan/a1/1.json", "^\\{", "{\"the-secret-of-the-machine\" ");

    assertIsRefused(command("collect"));
  }

  @Test
  void theResultsOfAnEarlierVersionAreReadWhereverTheirFolderIsNow() throws Exception {
    joinedButNotWritten();
    change(
        "joined/a1-c00000/1.json",
        "\"path\":\"([^\"]*)\"",
        "\"path\":\"/mnt/elsewhere/sentiment/r/results/$1\"");

    Said said = command("collect");

    assertThat(said.exitCode()).as("%s", said).isZero();
    assertThat(workplace.answered()).hasSize(1);
  }

  /** A run whose one answer stands on its document, and is not in the sink yet. */
  private void joinedButNotWritten() throws Exception {
    assertThat(command("run").exitCode()).isZero();
    Files.delete(run.resolve("results/a1-c00000.answered.written.json"));
    workplace.reopen("sentiment", "r");
    for (Path file : Workplace.files(workplace.sink(), "")) {
      Files.delete(file);
    }
    assertThat(workplace.answered()).isEmpty();
  }

  private Said command(String name) {
    return job.set(name, "r", "keep=all");
  }

  private void assertIsRefused(Said said) throws IOException {
    assertThat(said.exitCode()).as("%s", said).isEqualTo(1);
    assertThat(said.err())
        .contains("error: ")
        .contains("something else than this program has changed the staging location")
        .doesNotContain("the-secret-of-the-machine")
        .doesNotContain("Exception")
        .doesNotContain("\tat ");
    assertThat(said.err().codePoints()).noneMatch(c -> c == 0x1b);
    try (Stream<Path> out = Files.walk(folder.resolve("out"))) {
      for (Path file : out.filter(Files::isRegularFile).toList()) {
        assertThat(file).content().doesNotContain("the-secret-of-the-machine");
      }
    } catch (NoSuchFileException nothingWasWritten) {
      // As it should be.
    }
  }

  private String newest(String record) throws IOException {
    try (Stream<Path> versions = Files.list(run.resolve(record))) {
      return record
          + "/"
          + versions
              .map(path -> path.getFileName().toString())
              .max(String::compareTo)
              .orElseThrow();
    }
  }

  private void change(String record, String what, String by) throws IOException {
    Path file = run.resolve(record);
    String before = Files.readString(file);
    String after = before.replaceFirst(what, by);
    assertThat(after).isNotEqualTo(before);
    Files.writeString(file, after);
  }
}
