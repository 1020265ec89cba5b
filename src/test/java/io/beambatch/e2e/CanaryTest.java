package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.cli.Program;
import io.beambatch.cli.Workplace;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever goes wrong, and however much is logged: no document and no key is in what is said, and
 * documents are in the run's folder only where documents belong.
 */
@Tag("slow")
class CanaryTest {
  private static final String KEY = "sk-canary-key-5d1e77";
  private static final String CANARY = "CanaryBird7f3a";

  /** Where a run keeps documents, requests and answers. */
  private static final List<String> DOCUMENT_FOLDERS = List.of("input", "parts", "results");

  @TempDir Path folder;

  @Test
  void noDocumentAndNoKeyIsInWhatIsSaid() throws Exception {
    Workplace workplace = new Workplace(folder);
    Path source = Files.write(folder.resolve("documents.jsonl"), documents());
    List<String> serve = new ArrayList<>(List.of("--verbose"));
    for (String fault :
        List.of(
            "*:error_500:2%",
            "upload_file:drop:1",
            "create_batch:lost_reply:1",
            "download_file:truncate:1",
            "batch:invalid_line:1",
            "batch:file_not_found:1",
            "batch:file_not_found_later:1",
            "batch:token_limit:1",
            "line:error_400:10%",
            "line:error_500:5%",
            "line:cut:5%",
            "line:filtered:5%",
            "line:garbled:5%",
            "line:doubled:5%",
            "line:unknown:5%",
            "line:status_zero:5%")) {
      serve.addAll(List.of("--fault", fault));
    }
    try (Program server = Program.serve(folder, serve.toArray(String[]::new))) {
      URI baseUrl = server.servedUrl();

      Program faults = start("faults", baseUrl, workplace, source);
      assertThat(faults.end()).as("%s", faults).isZero();
      Program schema =
          start("schema", baseUrl, workplace, source, "--set", "result.schema={type: integer}");
      assertThat(schema.end()).as("nothing is answered: %s", schema).isEqualTo(3);
      assertThat(workplace.failed())
          .extracting(document -> document.at("/_failure/reason").asText())
          .contains("invalid_document", "rejected", "truncated", "refused", "invalid_answer");

      // Stopped by an error that nobody foresaw, with a stack trace.
      Program damaged = start("damaged", baseUrl, workplace, source, "--set", "limits.cost_usd=0");
      assertThat(damaged.end()).as("%s", damaged).isEqualTo(4);
      damage(workplace.staging().resolve("sentiment/damaged/parts"));
      Program resumed = start("damaged", baseUrl, workplace, source);
      assertThat(resumed.end()).as("%s", resumed).isEqualTo(1);
      assertThat(resumed.err()).contains("\tat ");
    }
    assertThat(filesWith(KEY)).isEmpty();
    assertThat(filesWith(CANARY))
        .isNotEmpty()
        .allMatch(
            file ->
                file.equals(source)
                    || file.startsWith(folder.resolve("out"))
                    || file.startsWith(folder.resolve("served"))
                    || DOCUMENT_FOLDERS.contains(file.getParent().getFileName().toString()));
  }

  private static void damage(Path parts) throws IOException {
    try (Stream<Path> files = Files.list(parts)) {
      for (Path file : files.filter(name -> name.toString().endsWith(".tsv")).toList()) {
        List<String> lines = Files.readAllLines(file);
        Files.write(file, lines.subList(1, lines.size()));
      }
    }
  }

  private Program start(String run, URI baseUrl, Workplace workplace, Path source, String... more)
      throws IOException {
    List<String> args =
        new ArrayList<>(
            workplace.command(
                "run",
                "pipelines/sentiment.yaml",
                "--run",
                run,
                "--verbose",
                "--set",
                "source.path=" + source,
                "--set",
                "limits.requests=20",
                "--set",
                "poll.interval=250ms",
                "--set",
                "poll.grace=1s"));
    args.addAll(List.of(more));
    return Program.start(
        folder.resolve(run + (more.length == 0 ? "" : "-first")),
        Map.of("OPENAI_BASE_URL", baseUrl.toString(), "OPENAI_API_KEY", KEY),
        args);
  }

  /** Good ones, and one of each kind that can't be read or rendered. */
  private static List<String> documents() {
    return Stream.concat(
            IntStream.range(0, 100)
                .mapToObj(
                    i ->
                        "{\"id\":\"%s-%d\",\"text\":\"%1$s likes it %2$d times\"}"
                            .formatted(CANARY, i)),
            Stream.of(
                "{\"id\":1,\"text\":\"" + CANARY,
                "{\"id\":2,\"txt\":\"" + CANARY + "\"}",
                "{\"id\":3,\"text\":\"" + CANARY + "\\ud800\"}",
                "{\"text\":\"" + CANARY + "\"}",
                "{\"id\":[\"" + CANARY + "\"],\"text\":\"x\"}",
                "{\"id\":4,\"text\":{\"" + CANARY + "\":[1]}}",
                "[\"" + CANARY + "\"]",
                CANARY + ": no JSON at all",
                "{\"id\":5,\"id\":\"" + CANARY + "\",\"text\":\"" + CANARY + "\"}"))
        .toList();
  }

  private List<Path> filesWith(String word) throws IOException {
    try (Stream<Path> found = Files.walk(folder)) {
      List<Path> files = found.filter(Files::isRegularFile).toList();
      assertThat(files).hasSizeGreaterThan(20);
      List<Path> with = new ArrayList<>();
      for (Path file : files) {
        if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(word)) {
          with.add(file);
        }
      }
      return with;
    }
  }
}
