package io.beambatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheCommandTest {
  @TempDir Path folder;

  @Test
  void showsWhatRunsHaveBoughtAndFound() throws Exception {
    ReviewsJob job =
        ReviewsJob.in(
            folder, "{\"id\": 1, \"text\": \"A great kettle\"}", "{\"id\": 2, \"text\": \"Bad\"}");
    Path cache = folder.resolve("cache");
    for (String run : new String[] {"a", "b"}) {
      Said done = job.set("run", run, "cache.path=" + cache);
      assertThat(done.exitCode()).as("%s", done).isZero();
    }
    assertThat(job.workplace().batches()).as("what both ask is bought once").hasSize(1);

    Said said = Said.by("cache", "--path", cache.toString());
    assertThat(said.exitCode()).isZero();
    assertThat(said.told("answers")).isEqualTo("2");
    assertThat(said.told("size")).endsWith(" in 1 files");
    assertThat(said.told("run b")).isEqualTo("2 of 2 requests were known (100.0 %)");
    assertThat(said.told("run a")).isEqualTo("0 of 2 requests were known (0.0 %)");

    JsonNode json =
        Workplace.JSON.readTree(Said.by("cache", "--path", cache.toString(), "--json").out());
    assertThat(json.get("answers").asInt()).isEqualTo(2);
    assertThat(json.at("/lookups/0/known").asInt()).isEqualTo(2);

    Said kept = Said.by("cache", "prune", "--path", cache.toString(), "--older-than", "1d");
    assertThat(kept.exitCode()).as("%s", kept).isZero();
    assertThat(answerFiles(cache)).isEqualTo(1);
    Said pruned = Said.by("cache", "prune", "--path", cache.toString(), "--older-than", "0s");
    assertThat(pruned.exitCode()).as("%s", pruned).isZero();
    assertThat(answerFiles(cache)).isZero();
    assertThat(job.set("run", "c", "cache.path=" + cache).exitCode()).isZero();
    assertThat(job.workplace().batches()).as("bought again").hasSize(2);
  }

  private static long answerFiles(Path cache) throws Exception {
    try (Stream<Path> files = Files.walk(cache)) {
      return files.filter(file -> file.toString().endsWith(".answers")).count();
    }
  }
}
