package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.cli.Program;
import io.beambatch.cli.Workplace;
import io.beambatch.job.RequestSpec;
import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same run launched twice at the same time, by two processes. */
@Tag("slow")
class TwoLaunchesTest {
  private static final int ROUNDS = Integer.getInteger("beambatch.rounds", 1);
  private static final int DOCUMENTS = 80;
  private static final int QUESTIONS = 60;
  private static final int CHUNKS = 6;

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(names = {"OPENAI", "ANTHROPIC", "GEMINI"})
  void payOnceForEachChunkAndBothEndWell(RequestSpec.Provider provider) throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      Workplace workplace = new Workplace(Files.createDirectory(folder.resolve("round-" + round)));
      try (LocalServer server =
          LocalServer.start(
              LocalServerSettings.defaults()
                  .withDir(workplace.folder().resolve("served"))
                  .withLatency(Duration.ofSeconds(1)))) {
        Path source =
            workplace.write(
                "documents.jsonl",
                IntStream.range(0, DOCUMENTS)
                    .mapToObj(i -> "{\"id\":" + i + ",\"text\":\"" + text(i) + "\"}\n")
                    .collect(Collectors.joining()));

        Map<String, String> environment = Program.environment(provider, server.baseUrl());
        List<String> run = run(workplace, provider, source);
        try (Program one = Program.start(workplace.folder().resolve("one"), environment, run);
            Program other = Program.start(workplace.folder().resolve("other"), environment, run)) {
          assertThat(one.end()).as("round %d: %s", round, one).isZero();
          assertThat(other.end()).as("round %d: %s", round, other).isZero();
        }

        List<String> texts = IntStream.range(0, DOCUMENTS).mapToObj(TwoLaunchesTest::text).toList();
        JsonNode bill = Workplace.stats(server.baseUrl());
        assertThat(bill.path("lines_answered").asInt()).isEqualTo(QUESTIONS);
        assertThat(bill.path("custom_ids_answered_more_than_once").asInt(-1)).isZero();
        assertThat(bill.path("batches_created").asInt()).isEqualTo(CHUNKS);
        assertThat(workplace.answered())
            .extracting(document -> document.path("text").asText())
            .containsExactlyInAnyOrderElementsOf(texts);
        assertThat(workplace.failed()).isEmpty();
      }
    }
  }

  private static String text(int document) {
    return "review " + document % QUESTIONS;
  }

  private static List<String> run(Workplace workplace, RequestSpec.Provider provider, Path source) {
    return workplace.command(
        "run",
        "pipelines/sentiment.yaml",
        "--run",
        "a",
        "--verbose",
        "--set",
        "request.provider=" + provider.word(),
        "--set",
        "source.path=" + source,
        "--set",
        "limits.requests=" + QUESTIONS / CHUNKS,
        "--set",
        "duplicates=once",
        "--set",
        "cache.path=" + workplace.folder().resolve("cache"),
        "--set",
        "poll.interval=250ms",
        "--set",
        "keep_files=true");
  }
}
