package io.beambatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands in a pipe: documents from standard input, and answers to standard output. */
class StandardStreamsTest {
  private static final String REVIEWS =
      """
      {"id": "a", "text": "A great kettle"}
      {"id": "b", "text": "Schön, aber laut"}
      this is no document
      """;

  @TempDir Path folder;
  private Workplace workplace;

  @BeforeEach
  void aFolderWhoseNameIsAPattern() throws IOException {
    workplace = new Workplace(Files.createDirectories(folder.resolve("year=2026/[x]{y}")));
  }

  @Test
  void readsFromThePipeAndPrintsNothingButAnswers() throws Exception {
    Said said = piped("run", REVIEWS);

    assertThat(said.exitCode()).as("%s", said).isZero();
    assertThat(documents(said)).containsExactlyInAnyOrder("A great kettle", "Schön, aber laut");
    assertThat(said.out()).doesNotContain("2026").endsWith("}\n");
    assertThat(said.err()).contains("documents          3").contains("standard output");
    assertThat(workplace.failed())
        .singleElement()
        .satisfies(failed -> assertThat(failed.toString()).contains("this is no document"));
    assertThat(stagedFiles()).noneMatch(text -> text.contains("kettle"));
  }

  @Test
  void goesOnWithTheSameInputAndRefusesAnother() throws Exception {
    assertThat(piped("submit", REVIEWS).exitCode()).isZero();

    Said other = piped("run", "{\"id\": \"c\", \"text\": \"Another\"}\n");
    assertThat(other.exitCode()).isEqualTo(1);
    assertThat(other.err()).contains("what differs: source.standard_input");
    assertThat(other.out()).isEmpty();

    Said same = piped("run", REVIEWS);
    assertThat(same.exitCode()).as("%s", same).isZero();
    assertThat(documents(same)).hasSize(2);
    assertThat(workplace.batches()).hasSize(1);
  }

  @Test
  void isCollectedWithoutTheInput() throws Exception {
    assertThat(piped("submit", REVIEWS).exitCode()).isZero();
    assertThat(piped("status", "").out()).contains("1 batch ended and not collected");

    Said collected = piped("collect", "");

    assertThat(collected.exitCode()).as("%s", collected).isZero();
    assertThat(documents(collected)).hasSize(2);
    Said again = piped("collect", "");
    assertThat(again.out()).isEmpty();
    assertThat(again.err()).contains("was finished before; nothing to do");
  }

  @Test
  void printsEverythingAgainIfNobodyHasTakenIt() throws Exception {
    StringWriter err = new StringWriter();
    int broken =
        Main.execute(
            new ByteArrayInputStream(REVIEWS.getBytes(StandardCharsets.UTF_8)),
            new BrokenPipe(),
            new PrintWriter(Writer.nullWriter()),
            new PrintWriter(err),
            words("run").toArray(String[]::new));
    assertThat(broken).as(err.toString()).isEqualTo(1);
    assertThat(err.toString())
        .contains("standard output was closed before all documents were printed (Broken pipe)")
        .doesNotContain("Exception");

    Said again = piped("run", REVIEWS);

    assertThat(again.exitCode()).as("%s", again).isZero();
    assertThat(documents(again)).hasSize(2);
    assertThat(workplace.batches()).hasSize(1);
  }

  @Test
  void showsWhatItWouldSendOfThePipe() {
    Said planned = piped("plan", REVIEWS);
    assertThat(planned.exitCode()).as("%s", planned).isZero();
    assertThat(planned.out()).contains("documents          3");

    Said validated = piped("validate", REVIEWS);
    assertThat(validated.exitCode()).as("%s", validated).isZero();
    assertThat(validated.out()).contains("A great kettle");
  }

  @Test
  void printsFailuresInstead() throws Exception {
    Said said =
        Said.piped(REVIEWS, words("run", "sink.path=" + workplace.sink(), "failures.path=-"));

    assertThat(said.exitCode()).as("%s", said).isZero();
    assertThat(said.out()).contains("this is no document").contains("invalid_document");
    assertThat(said.out().lines()).hasSize(1);
    assertThat(workplace.answered()).hasSize(2);
  }

  @Test
  void saysWhatCantGoThroughAPipe() {
    Said packed = piped("run", "PAR1 and so on");
    assertThat(packed.exitCode()).as("%s", packed).isEqualTo(2);
    assertThat(packed.err())
        .contains("error: standard input is a Parquet file, and not JSON lines; unpack or convert");

    Said elsewhere = Said.piped(REVIEWS, withRunner("FlinkRunner"));
    assertThat(elsewhere.exitCode()).isEqualTo(2);
    assertThat(elsewhere.err())
        .contains(
            "error: sink.path '-' is standard output, which needs a pipeline in this process;"
                + " FlinkRunner runs it elsewhere");
  }

  private List<String> withRunner(String runner) {
    return Stream.concat(words("submit").stream(), Stream.of("--", "--runner=" + runner)).toList();
  }

  private Said piped(String command, String input) {
    return Said.piped(input, words(command));
  }

  private List<String> words(String command, String... settings) {
    List<String> words =
        new ArrayList<>(
            List.of(command, ReviewsJob.FILE, "--staging", workplace.staging().toString()));
    if (!command.equals("plan")) {
      words.add("--local");
    }
    Stream.concat(
            Stream.of("source.path=-", "sink.path=-", "failures.path=" + workplace.failures()),
            Stream.of(settings))
        .forEach(setting -> words.addAll(List.of("--set", setting)));
    return words;
  }

  private static List<String> documents(Said said) throws IOException {
    List<String> texts = new ArrayList<>();
    for (String line : said.out().lines().toList()) {
      JsonNode document = Workplace.JSON.readTree(line);
      assertThat(document.path("sentiment").isTextual()).as(line).isTrue();
      texts.add(document.path("text").asText());
    }
    return texts;
  }

  private List<String> stagedFiles() throws IOException {
    try (Stream<Path> files = Files.walk(workplace.staging().resolve("sentiment"))) {
      List<String> texts = new ArrayList<>();
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        texts.add(Files.readString(file));
      }
      return texts;
    }
  }

  /** The other end of the pipe is closed. */
  private static final class BrokenPipe extends OutputStream {
    @Override
    public void write(int b) throws IOException {
      throw new IOException("Broken pipe");
    }
  }
}
