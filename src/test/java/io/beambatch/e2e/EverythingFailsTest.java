package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.cli.Program;
import io.beambatch.cli.Workplace;
import io.beambatch.localserver.FaultText;
import io.beambatch.localserver.Faults;
import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged program against a server of which a tenth of everything fails, all at once. */
@Tag("slow")
class EverythingFailsTest {
  private static final int DOCUMENTS = 3_000;
  private static final String SEED = System.getProperty("beambatch.seed", "1");

  /** Calls: a tenth in sum. Batches: a tenth each. Lines: a tenth in sum. */
  static final List<String> FAULTS =
      List.of(
          "*:error_500:2%",
          "*:error_503:2%",
          "*:rate_limit:2%:1",
          "*:drop:2%",
          "*:lost_reply:2%",
          "create_batch:lost_reply:10%",
          "download_file:truncate:10%",
          "batch:file_not_found:10%",
          "batch:file_not_found_later:10%",
          "batch:token_limit:10%",
          "batch:expire:10%:0.5",
          "batch:stuck:10%:0.5",
          "batch:slow:10%:2000",
          "batch:null_output:10%:2",
          "batch:lying_counts:10%",
          "line:error_500:1.25%",
          "line:error_429:1.25%",
          "line:timeout:1.25%",
          "line:status_zero:1.25%",
          "line:missing:1.25%",
          "line:garbled:1.25%",
          "line:doubled:1.25%",
          "line:unknown:1.25%");

  @TempDir Path folder;

  @Test
  void everyDocumentIsAnsweredOnceAndOnlyTheRejectedOnesFail() throws Exception {
    Workplace workplace = new Workplace(folder);
    try (LocalServer server =
        LocalServer.start(
            LocalServerSettings.defaults()
                .withDir(folder.resolve("served"))
                .withLatency(Duration.ofMillis(300))
                .withSeed(Long.parseLong(SEED))
                .withFaults(
                    FAULTS.stream().map(FaultText::parse).reduce(Faults.none(), Faults::and)))) {
      Program run = launch(workplace, server.baseUrl());

      assertThat(run.end()).as("seed %s: %s", SEED, run).isZero();
      server.faults(Faults.none());
      ServerBill bill = ServerBill.of(server.baseUrl());
      assertThat(bill.timesAnswered().keySet())
          .containsExactlyInAnyOrderElementsOf(texts(i -> !isRejected(i)));
      assertThat(bill.timesAnswered().values()).as("seed %s", SEED).containsOnly(1);
      assertThat(bill.batchesByChunk().values()).as("seed %s", SEED).containsOnly(1);
      assertThat(texts(workplace.answered()).toList())
          .containsExactlyInAnyOrderElementsOf(texts(i -> !isRejected(i)));
      List<JsonNode> failed = workplace.failed();
      assertThat(texts(failed).toList())
          .as("seed %s", SEED)
          .containsExactlyInAnyOrderElementsOf(texts(EverythingFailsTest::isRejected));
      assertThat(failed)
          .allSatisfy(
              document ->
                  assertThat(document.at("/_failure/reason").asText()).isEqualTo("rejected"));
      assertThat(report(run).path("documents").asInt()).isEqualTo(DOCUMENTS);
      assertThat(report(run).path("attempts").asInt()).isGreaterThan(2);
    }
  }

  private Program launch(Workplace workplace, URI baseUrl) throws IOException {
    Path source =
        workplace.write(
            "documents.jsonl",
            IntStream.range(0, DOCUMENTS)
                .mapToObj(EverythingFailsTest::line)
                .collect(Collectors.joining()));
    return Program.start(
        folder.resolve("run"),
        Map.of("OPENAI_BASE_URL", baseUrl.toString(), "OPENAI_API_KEY", "local"),
        workplace.command(
            "run",
            "pipelines/sentiment.yaml",
            "--verbose",
            "--set",
            "source.path=" + source,
            "--set",
            "request.prompt=",
            "--set",
            "request.body={max_tokens: 10, messages: [{role: '{{role}}', content: '{{text}}'}]}",
            "--set",
            "limits.requests=250",
            "--set",
            "retry.attempts=8",
            "--set",
            "poll.interval=500ms",
            "--set",
            "poll.grace=5s",
            // For those batches that never end by themselves.
            "--set",
            "poll.deadline=20s",
            "--set",
            "keep_files=true"));
  }

  /** The provider knows no oracle. */
  private static String line(int number) {
    return "{\"id\":%d,\"text\":\"%s\",\"role\":\"%s\"}\n"
        .formatted(number, text(number), isRejected(number) ? "oracle" : "user");
  }

  private static boolean isRejected(int number) {
    return number % 100 == 7;
  }

  private static String text(int number) {
    return "review " + number;
  }

  private static List<String> texts(IntPredicate wanted) {
    return IntStream.range(0, DOCUMENTS)
        .filter(wanted)
        .mapToObj(EverythingFailsTest::text)
        .toList();
  }

  private static Stream<String> texts(List<JsonNode> documents) {
    return documents.stream().map(document -> document.path("text").asText());
  }

  private static JsonNode report(Program run) throws IOException {
    String path =
        run.out().lines().filter(line -> line.startsWith("report ")).findFirst().orElseThrow();
    return Workplace.JSON.readTree(Path.of(path.substring("report ".length()).strip()).toFile());
  }
}
