package io.beambatch.result;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.chunk.LineUse;
import io.beambatch.reuse.AnswerCache;
import io.beambatch.reuse.MergedAnswers;
import io.beambatch.reuse.StoredAnswer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a join puts into the cache for later runs. */
class CachedAnswersTest {
  @TempDir Path directory;
  private EndedChunk chunk;
  private AnswerCache cache;

  @BeforeEach
  void emptyChunkAndCache() {
    cache = new AnswerCache(directory.resolve("cache").toString(), List.of("a"), null, null);
    chunk = new EndedChunk(directory.resolve("run")).cache(cache);
  }

  @Test
  void answersAreKeptWithTheirOriginAndFailuresAreNot() throws Exception {
    chunk
        .part("p0", "{}", "{}", "{}", "{}")
        .uses("dcba", LineUse.SENT, LineUse.SENT, LineUse.SENT, LineUse.SENT)
        .output(Results.chat("p0-2", "two"), Results.chat("p0-0", "zero"))
        .error(Results.status("p0-1", 400, "bad"), Results.status("p0-3", 500, "busy"))
        .join();

    assertThat(cached())
        .extracting(answer -> answer.origin().customId())
        .containsExactly("p0-2", "p0-0");
    assertThat(cached())
        .allMatch(answer -> answer.kind() == StoredAnswer.Kind.RESULT)
        .allMatch(answer -> answer.origin().run().equals(chunk.folder().run()))
        .allMatch(answer -> answer.origin().batchId().equals("batch_1"))
        .allMatch(answer -> answer.origin().attempt() == 1);
    assertThat(new String(cached().get(0).content(), UTF_8)).isEqualTo(Results.chat("p0-2", "two"));
  }

  @Test
  void requestsWithoutFingerprintsAreNotKept() throws Exception {
    chunk.part("p0", "{}").output(Results.chat("p0-0", "zero")).join();

    assertThat(chunk.answered()).hasSize(1);
    assertThat(directory.resolve("cache")).doesNotExist();
  }

  @Test
  void aCacheThatTakesNoFileCostsNoAnswer() throws Exception {
    Files.writeString(directory.resolve("cache"), "no folder");
    chunk.part("p0", "{}").uses("a", LineUse.SENT).output(Results.chat("p0-0", "zero")).join();

    assertThat(chunk.answered()).hasSize(1);
  }

  private List<StoredAnswer> cached() throws Exception {
    List<StoredAnswer> answers = new ArrayList<>();
    try (MergedAnswers merged = cache.open(Instant.now())) {
      while (merged.next()) {
        answers.add(StoredAnswer.decoded(merged.entry().answer()));
      }
    }
    return answers;
  }
}
