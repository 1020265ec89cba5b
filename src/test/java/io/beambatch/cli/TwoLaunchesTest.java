package io.beambatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same run launched twice at the same time, by two processes. */
@Tag("slow")
class TwoLaunchesTest {
  private static final int ROUNDS = Integer.getInteger("beambatch.rounds", 3);
  private static final int DOCUMENTS = 60;
  private static final int CHUNKS = 6;

  @TempDir Path folder;

  @Test
  void payOnceForEachChunkAndBothEndWell() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      Workplace workplace = new Workplace(Files.createDirectory(folder.resolve("round-" + round)));
      try (Program server = Program.serve(workplace.folder(), "--latency", "1s")) {
        URI baseUrl = server.servedUrl();
        Path source =
            workplace.write(
                "documents.jsonl",
                IntStream.range(0, DOCUMENTS)
                    .mapToObj(i -> "{\"id\":" + i + ",\"text\":\"review " + i + "\"}\n")
                    .collect(Collectors.joining()));

        try (Program one = launch("one", workplace, baseUrl, source);
            Program other = launch("other", workplace, baseUrl, source)) {
          assertThat(one.end()).as("round %d: %s", round, one).isZero();
          assertThat(other.end()).as("round %d: %s", round, other).isZero();
        }

        List<String> texts = IntStream.range(0, DOCUMENTS).mapToObj(i -> "review " + i).toList();
        ServerBill bill = ServerBill.of(baseUrl);
        assertThat(bill.timesAnswered().keySet()).containsExactlyInAnyOrderElementsOf(texts);
        assertThat(bill.timesAnswered().values()).containsOnly(1);
        assertThat(bill.batchesByChunk()).hasSize(CHUNKS);
        assertThat(workplace.answered())
            .extracting(document -> document.path("text").asText())
            .containsExactlyInAnyOrderElementsOf(texts);
        assertThat(workplace.failed()).isEmpty();
      }
    }
  }

  private static Program launch(String name, Workplace workplace, URI baseUrl, Path source)
      throws IOException {
    return Program.start(
        workplace.folder().resolve(name),
        Map.of("OPENAI_BASE_URL", baseUrl.toString(), "OPENAI_API_KEY", "local"),
        workplace.command(
            "run",
            "pipelines/sentiment.yaml",
            "--run",
            "a",
            "--verbose",
            "--set",
            "source.path=" + source,
            "--set",
            "limits.requests=" + DOCUMENTS / CHUNKS,
            "--set",
            "poll.interval=250ms",
            "--set",
            "keep_files=true"));
  }
}
