package io.beambatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
    assertThat(said.told("size")).endsWith(" in 1 file");
    assertThat(said.told("run b")).isEqualTo("2 of 2 requests were known (100.0 %)");
    assertThat(said.told("run a")).isEqualTo("0 of 2 requests were known (0.0 %)");

    JsonNode json =
        Workplace.JSON.readTree(Said.by("cache", "--path", cache.toString(), "--json").out());
    assertThat(json.get("answers").asInt()).isEqualTo(2);
    assertThat(json.get("newer_files").asInt()).isZero();
    assertThat(json.at("/lookups/0/known").asInt()).isEqualTo(2);

    Said kept = Said.by("cache", "prune", "--path", cache.toString(), "--older-than", "1d");
    assertThat(kept.exitCode()).as("%s", kept).isZero();
    assertThat(answerFiles(cache)).isEqualTo(1);
    Said pruned = Said.by("cache", "prune", "--path", cache.toString(), "--older-than", "0s");
    assertThat(pruned.exitCode()).as("%s", pruned).isZero();
    assertThat(answerFiles(cache)).isZero();
    assertThat(job.set("run", "c", "cache.path=" + cache).exitCode()).isZero();
    assertThat(job.workplace().batches()).as("bought again").hasSize(2);

    Said more =
        ReviewsJob.in(
                folder,
                "{\"id\": 1, \"text\": \"A great kettle\"}",
                "{\"id\": 2, \"text\": \"Bad\"}",
                "{\"id\": 3, \"text\": \"Loud\"}")
            .set("run", "d", "cache.path=" + cache);
    assertThat(more.err()).contains(": 1 request in 1 batch; 2 answers are known\n");
  }

  @Test
  void aPlanSaysWhatIsKnownAndLeavesTheCacheAsItIs() throws Exception {
    Workplace workplace = new Workplace(folder);
    String bought = "{\"id\": 1, \"text\": \"Good\"}\n{\"id\": 2, \"text\": \"Bad\"}\n";
    String same = "{\"id\": 3, \"text\": \"New\"}\n{\"id\": 4, \"text\": \"New\"}\n";
    workplace.write("1.jsonl", bought);
    try (LocalServer server = LocalServer.start(LocalServerSettings.defaults())) {
      assertThat(said(workplace, server, "run").exitCode()).isZero();
      List<String> before = files();
      workplace.write("2.jsonl", bought + same);

      Said planned = said(workplace, server, "plan", "--set", "duplicates=once");
      assertThat(planned.told("known")).isEqualTo("4 (bought by earlier runs)");
      assertThat(planned.told("same as others")).isEqualTo("1 (bought once)");
      assertThat(planned.told("requests")).isEqualTo("1");
      Said allOld = said(workplace, server, "plan", "--set", "cache.max_age=1ms");
      assertThat(allOld.told("requests")).isEqualTo("3");
      assertThat(files()).as("no answer is deleted, and no look-up recorded").isEqualTo(before);
    }
  }

  private Said said(Workplace workplace, LocalServer server, String name, String... more) {
    List<String> args = new ArrayList<>(workplace.command(name, ReviewsJob.FILE, more));
    for (String setting :
        List.of(
            "source.path=" + folder + "/*.jsonl",
            "source.id=",
            "cache.path=" + folder.resolve("cache"),
            "request.base_url=" + server.baseUrl())) {
      args.addAll(List.of("--set", setting));
    }
    return Said.by(Map.of("OPENAI_API_KEY", "k"), args);
  }

  @Test
  void aFolderWithoutACacheIsAnError() throws Exception {
    String nowhere = folder.resolve("nowhere").toString();
    assertThat(Said.by("cache", "--path", nowhere).err())
        .startsWith("error: there is no cache of answers in " + nowhere + "; give the folder");
    assertThat(Said.by("cache", "prune", "--path", nowhere, "--older-than", "1d").exitCode())
        .isEqualTo(2);
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("cache"))) {
      return files.map(Path::toString).sorted().toList();
    }
  }

  private static long answerFiles(Path cache) throws Exception {
    try (Stream<Path> files = Files.walk(cache)) {
      return files.filter(file -> file.toString().endsWith(".answers")).count();
    }
  }
}
