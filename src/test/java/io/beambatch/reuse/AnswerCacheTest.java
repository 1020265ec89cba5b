package io.beambatch.reuse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.error.UserException;
import io.beambatch.reuse.StoredAnswer.Kind;
import io.beambatch.reuse.StoredAnswer.Origin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnswerCacheTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final Duration DAY = Duration.ofDays(1);

  @TempDir Path folder;

  @Test
  void hasTheNewestAnswerOfEach() throws Exception {
    AnswerCache cache = cache("a", null, null);
    add(cache, NOW.minus(DAY), 1, "old", 2, "two");
    add(cache, NOW, 1, "new", -3, "three");

    assertThat(read(cache)).isEqualTo(Map.of(1L, "new", 2L, "two", -3L, "three"));
  }

  @Test
  void leavesOutWhatIsTooOldAndWhatBelongsToOthers() throws Exception {
    add(cache("a", null, null), NOW.minus(DAY.multipliedBy(3)), 1, "old");
    add(cache("a", null, null), NOW.minus(DAY), 2, "two");

    assertThat(read(cache("a", DAY.multipliedBy(2), null))).isEqualTo(Map.of(2L, "two"));
    assertThat(read(cache("b", null, null))).isEmpty();
  }

  @Test
  void damagedFileIsAMissAndNoWrongAnswer() throws Exception {
    AnswerCache cache = cache("a", null, null);
    add(cache, NOW, 1, "one", 5, "five");
    add(cache, NOW.minus(DAY), 2, "two");
    Path newest = files().get(1);
    byte[] bytes = Files.readAllBytes(newest);
    bytes[bytes.length - 20] ^= 1;
    Files.write(newest, bytes);

    assertThat(read(cache)).isEqualTo(Map.of(1L, "one", 2L, "two"));
  }

  @Test
  void mergesManyFilesAndLosesNothing() throws Exception {
    AnswerCache cache = cache("a", null, null);
    Map<Long, String> all = new LinkedHashMap<>();
    for (int i = 0; i < 300; i++) {
      add(cache, NOW.minusSeconds(300 - i), i, "answer " + i);
      all.put((long) i, "answer " + i);
    }
    // One that can't be read now may be readable another time.
    Path damaged = files().get(299);
    Files.write(damaged, new byte[10]);
    all.remove(299L);

    assertThat(read(cache)).isEqualTo(all);
    assertThat(read(cache)).isEqualTo(all);
    assertThat(files()).hasSizeLessThan(200).contains(damaged);
  }

  @Test
  void tidiesByAgeAndSizeAndKnowsWhatRunsFound() throws Exception {
    AnswerCache cache = cache("a", DAY.multipliedBy(2), 200L);
    add(cache, NOW.minus(DAY.multipliedBy(3)), 1, "old");
    add(cache, NOW.minus(DAY), 2, "x".repeat(100));
    add(cache, NOW, 3, "y".repeat(100));

    cache.tidy(NOW, "r1", 10, 4);

    assertThat(files()).hasSize(1);
    CacheFolder.Contents contents = new CacheFolder(folder.toString()).contents();
    assertThat(contents.answers()).isEqualTo(1);
    assertThat(contents.oldest()).isEqualTo(NOW.toString());
    assertThat(contents.lookups()).containsExactly(new CacheFolder.Lookup("r1", 10, 4));
  }

  @Test
  void leavesOutDamagedRecordsOfWhatRunsFound() throws Exception {
    AnswerCache cache = cache("a", null, null);
    cache.tidy(NOW, "r1", 10, 4);
    Files.writeString(folder.resolve("lookups/" + CacheFolder.newName(9, "lookup")), "{\"run\": ");

    assertThat(new CacheFolder(folder.toString()).contents().lookups())
        .containsExactly(new CacheFolder.Lookup("r1", 10, 4));
  }

  /** An older version of the program must not take for damage what it doesn't know. */
  @Test
  void leavesAloneWhatANewerVersionHasWritten() throws Exception {
    AnswerCache cache = cache("a", null, null);
    add(cache, NOW, 1, "one");
    Path newer = folder.resolve("v2-0123/" + files().get(0).getFileName());
    Files.createDirectories(newer.getParent());
    Files.write(newer, new byte[100]);

    cache.tidy(NOW, "r1", 2, 1);

    assertThat(read(cache)).isEqualTo(Map.of(1L, "one"));
    assertThat(newer).exists();
    CacheFolder all = new CacheFolder(folder.toString());
    assertThat(all.hasNewer()).isTrue();
    assertThat(all.contents().newerFiles()).isEqualTo(1);
    assertThat(all.contents().answers()).isEqualTo(1);
  }

  @Test
  void aCacheThatIsNoFolderIsAnErrorThatNamesIt() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "x");
    AnswerCache cache = new AnswerCache(file.toString(), List.of("a"), null, null);

    assertThatThrownBy(() -> cache.open(NOW))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith("the cache " + file + " can't be read: ")
        .hasMessageContaining("nothing was sent");
  }

  private AnswerCache cache(String apart, Duration maxAge, Long maxSize) {
    return new AnswerCache(folder.toString(), List.of(apart), maxAge, maxSize);
  }

  private static void add(AnswerCache cache, Instant bought, Object... answers) throws IOException {
    try (AnswerFile.Writer writer = cache.add(bought)) {
      for (int i = 0; i < answers.length; i += 2) {
        writer.add(
            new Fingerprint(((Number) answers[i]).longValue(), 0),
            new StoredAnswer(
                Kind.RESULT,
                new Origin("r", "b", "c", 1),
                answers[i + 1].toString().getBytes(UTF_8)));
      }
      writer.commit();
    }
  }

  private static Map<Long, String> read(AnswerCache cache) throws IOException {
    Map<Long, String> read = new LinkedHashMap<>();
    try (MergedAnswers answers = cache.open(NOW)) {
      while (answers.next()) {
        StoredAnswer answer = StoredAnswer.decoded(answers.entry().answer());
        read.put(answers.entry().fingerprint().high(), new String(answer.content(), UTF_8));
      }
    }
    return read;
  }

  private List<Path> files() throws IOException {
    try (var files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".answers")).sorted().toList();
    }
  }
}
