package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.beambatch.cli.Said;
import io.beambatch.cli.Workplace;
import io.beambatch.error.ExitCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run that version 0.1.0 began, with its {@code submit} and one {@code collect}, and that is gone
 * on with: of its five chunks two are joined and written (two of their documents have to be sent
 * again), one has a batch, and two are uploaded. Its server's memory is kept with it.
 */
class RunOfAnEarlierVersionTest {
  private static final Path KEPT = Path.of("src/test/resources/io/beambatch/e2e/run-of-0.1.0");

  /** When it was begun. */
  private static final Instant BEGUN = Instant.parse("2026-11-27T02:41:20Z");

  private static final Pattern SECONDS = Pattern.compile("\\b179[0-9]{7}\\b");
  private static final Pattern MILLIS = Pattern.compile("\\b179[0-9]{10}\\b");
  private static final Pattern TIMES = Pattern.compile("2026-11-2[0-9]T[0-9:.]+Z");
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir Path folder;

  /** As if it had been begun ten minutes ago: batches and files don't last for ever. */
  @BeforeEach
  void theRunIsThere() throws IOException {
    Duration since = Duration.between(BEGUN, Instant.now().minus(Duration.ofMinutes(10)));
    copy(
        text -> {
          String moved =
              replace(SECONDS, text, time -> "" + (Long.parseLong(time) + since.toSeconds()));
          moved = replace(MILLIS, moved, time -> "" + (Long.parseLong(time) + since.toMillis()));
          moved = replace(TIMES, moved, time -> Instant.parse(time).plus(since).toString());
          return moved.replace("@DIR@", folder.toString());
        });
  }

  @Test
  void isShownAsItStands() throws Exception {
    JsonNode status = JSON.readTree(command("status", "--json").out());

    List<String> states = new ArrayList<>();
    status.path("batches").forEach(batch -> states.add(batch.path("state").asText()));
    assertThat(states)
        .containsExactlyInAnyOrder("completed", "completed", "completed", "uploaded", "uploaded");
    assertThat(status.path("finished").asBoolean()).isFalse();
    assertThat(status.path("collectable").asBoolean()).isTrue();
  }

  @Test
  void isFinishedAndNothingIsCreatedTwice() throws Exception {
    Map<String, String> before = written();

    Said said = command("run");

    assertThat(said.exitCode()).as("%s", said).isZero();
    assertIsFinished(said, before);
  }

  @Test
  void isCollectedToItsEnd() throws Exception {
    Map<String, String> before = written();

    Said said = command("collect");
    for (int looks = 1; said.exitCode() == ExitCode.PENDING; looks++) {
      assertThat(looks).isLessThan(100);
      said = command("collect");
    }

    assertThat(said.exitCode()).as("%s", said).isZero();
    assertIsFinished(said, before);
  }

  private void assertIsFinished(Said said, Map<String, String> before) throws Exception {
    assertThat(said.told("documents")).isEqualTo("16");
    assertThat(said.told("answered")).isEqualTo("14");
    assertThat(written()).as("what was in the sink stays as it was").containsAllEntriesOf(before);
    assertThat(answers())
        .containsOnlyKeys(IntStream.rangeClosed(1, 14).mapToObj(i -> "r" + i).toList())
        .allSatisfy(
            (id, answer) -> assertThat(answer).contains("review number " + id.substring(1) + ","));
    List<JsonNode> batches = new Workplace(folder).batches();
    // Five of the first attempt, of which three were there, and one of the second.
    assertThat(batches)
        .hasSize(6)
        .extracting(batch -> batch.path("metadata").toString())
        .doesNotHaveDuplicates();
  }

  private Said command(String name, String... more) {
    List<String> args =
        new ArrayList<>(
            List.of(
                name,
                folder.resolve("job.yaml").toString(),
                "--staging",
                folder.resolve("staging").toString(),
                "--local"));
    args.addAll(List.of(more));
    return Said.by(args);
  }

  /** The answers by the ids of their documents; fails if a document has two. */
  private Map<String, String> answers() throws IOException {
    Map<String, String> answers = new TreeMap<>();
    for (Map.Entry<String, String> file : written().entrySet()) {
      if (file.getKey().startsWith("answers-")) {
        for (String line : file.getValue().lines().toList()) {
          JsonNode document = JSON.readTree(line);
          assertThat(answers.put(document.path("id").asText(), document.path("answer").asText()))
              .isNull();
        }
      }
    }
    return answers;
  }

  /** What is in the files of sink and dead letter. */
  private Map<String, String> written() throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (var found = Files.list(folder.resolve("out"))) {
      for (Path file : found.toList()) {
        files.put(file.getFileName().toString(), Files.readString(file));
      }
    }
    return files;
  }

  private void copy(UnaryOperator<String> change) throws IOException {
    Files.walkFileTree(
        KEPT,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Path copy = folder.resolve(KEPT.relativize(file).toString());
            Files.createDirectories(copy.getParent());
            String text = Files.readString(file);
            // Files at the provider have a size that is written down: they hold no times.
            Files.writeString(
                copy,
                file.toString().endsWith(".content") ? text : change.apply(text),
                StandardCharsets.UTF_8);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static String replace(Pattern pattern, String text, UnaryOperator<String> change) {
    return pattern.matcher(text).replaceAll((MatchResult found) -> change.apply(found.group()));
  }
}
