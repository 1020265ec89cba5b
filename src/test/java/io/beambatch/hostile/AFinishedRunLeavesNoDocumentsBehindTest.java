package io.beambatch.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.cli.ReviewsJob;
import io.beambatch.cli.Said;
import io.beambatch.cli.Workplace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Somebody with an account on the machine, or with a key of the same project, looks for documents
 * and answers: while the run goes on, only its owner may read them, and once it is finished they
 * are neither in the staging folder nor at the provider.
 */
@Tag("slow")
class AFinishedRunLeavesNoDocumentsBehindTest {
  private static final String SECRET = "A wonderful kettle";

  @TempDir Path folder;
  private Workplace workplace;
  private ReviewsJob job;
  private Path run;

  @BeforeEach
  void reviewsAreThere() throws IOException {
    job =
        ReviewsJob.in(
            folder,
            "{\"id\": 1, \"text\": \"A wonderful kettle\"}",
            "{\"id\": 2, \"no_text\": \"A wonderful kettle\"}");
    workplace = job.workplace();
    run = workplace.staging().resolve("sentiment/r");
  }

  @Test
  void inTheStagingFolderAndAtTheProvider() throws Exception {
    Said said = command("run");

    assertThat(said.exitCode()).as("%s", said).isZero();
    assertThat(filesWith(SECRET)).isEmpty();
    assertThat(workplace.uploads()).isEmpty();
    assertThat(workplace.fromEmbedded("/files?limit=100")).isEmpty();
    assertThat(workplace.answered()).hasSize(1);
    assertThat(workplace.failed()).hasSize(1);
    JsonNode kept = workplace.report(said).path("kept");
    assertThat(kept.fieldNames())
        .toIterable()
        .containsExactly("plan, ledger, joined, results/*.written.json");
  }

  @Test
  void thatOthersMayReadWhileItGoesOn() throws Exception {
    assertThat(command("submit").exitCode()).isZero();

    assertThat(filesWith(SECRET)).isNotEmpty();
    try (Stream<Path> all = Files.walk(workplace.staging())) {
      for (Path path : all.toList()) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
            .as("%s", path)
            .isEqualTo(Files.isDirectory(path) ? "rwx------" : "rw-------");
      }
    }
    Path delivered = Workplace.files(workplace.failures(), ".jsonl").get(0);
    Path usual = workplace.write("usual", "");
    assertThat(Files.getPosixFilePermissions(delivered))
        .as("what is delivered is made for others")
        .isEqualTo(Files.getPosixFilePermissions(usual));
  }

  @Test
  void unlessTheJobKeepsThem() throws Exception {
    Said said = command("run", "keep=all", "keep_files=true");

    assertThat(said.exitCode()).as("%s", said).isZero();
    // Requests, documents, fingerprints, and what failed.
    assertThat(names(run.resolve("parts"))).hasSize(4);
    assertThat(names(run.resolve("results"))).hasSize(4);
    assertThat(workplace.fromEmbedded("/files?limit=100")).hasSize(2);
    assertThat(workplace.report(said).path("kept").toString())
        .isEqualTo("{\"all files\":\"the job says keep: all\"}");
  }

  @Test
  void evenIfItsLaunchesCrashWhileTheyDelete() throws Exception {
    Said kept = command("run", "keep=all");
    Set<String> delivered = names(folder.resolve("out"));
    JsonNode before = workplace.report(kept);
    List<Path> steps = new ArrayList<>();
    try (Stream<Path> files = Files.walk(run)) {
      files
          .filter(file -> file.toString().endsWith(".jsonl") || file.toString().endsWith(".tsv"))
          .sorted()
          .forEach(steps::add);
    }
    assertThat(steps).hasSize(5);
    for (int gone = 1; gone < steps.size(); gone += 2) {
      // A launch that crashed after it had deleted so many has not finished the run.
      workplace.reopen("sentiment", "r");
      for (Path step : steps.subList(0, gone)) {
        Files.deleteIfExists(step);
      }

      Said again = command("run", "keep=all");

      assertThat(again.exitCode()).as("%s", again).isZero();
      JsonNode after = workplace.report(again);
      for (String number : List.of("documents", "answered", "failed", "requests", "batches")) {
        assertThat(after.path(number)).isEqualTo(before.path(number));
      }
    }
    workplace.reopen("sentiment", "r");
    assertThat(command("run").exitCode()).isZero();
    assertThat(filesWith(SECRET)).isEmpty();
    assertThat(names(folder.resolve("out"))).isEqualTo(delivered);
    assertThat(workplace.answered()).hasSize(1);
    assertThat(workplace.failed()).hasSize(1);
    assertThat(workplace.batches()).hasSize(1);
  }

  @Test
  void andIsShownAndCollectedAgain() throws Exception {
    Said first = command("run");

    Said again = command("collect");
    assertThat(again.exitCode()).as("%s", again).isZero();
    assertThat(again.out()).isEqualTo(first.out());
    Said status = command("status");
    assertThat(status.exitCode()).as("%s", status).isZero();
    assertThat(status.out()).contains("completed");
  }

  private Said command(String name, String... set) {
    return job.set(name, "r", set);
  }

  private List<Path> filesWith(String text) throws IOException {
    List<Path> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(workplace.staging())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(text)) {
          found.add(file);
        }
      }
    }
    return found;
  }

  private static Set<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return new TreeSet<>(files.map(file -> file.getFileName().toString()).toList());
    }
  }
}
