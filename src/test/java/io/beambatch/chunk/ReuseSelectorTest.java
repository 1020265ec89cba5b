package io.beambatch.chunk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.chunk.LineSelector.Selected;
import io.beambatch.document.Document;
import io.beambatch.document.FailureReason;
import io.beambatch.job.Job;
import io.beambatch.job.SmallJob;
import io.beambatch.job.Taken;
import io.beambatch.request.Request;
import io.beambatch.reuse.AnswerCache;
import io.beambatch.reuse.AnswerFile;
import io.beambatch.reuse.CacheFolder;
import io.beambatch.reuse.Fingerprint;
import io.beambatch.reuse.FingerprintFile;
import io.beambatch.reuse.StoredAnswer;
import io.beambatch.reuse.StoredAnswer.Origin;
import io.beambatch.storage.RunFolder;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReuseSelectorTest {
  @TempDir Path temp;
  private RunFolder folder;

  @BeforeEach
  void openFolder() {
    folder = RunFolder.of(temp.toString(), "job", "r1");
  }

  @Test
  void sendsTheFirstOfThoseThatAreTheSame() throws Exception {
    List<Part> parts = parts(5, i -> i == 3 ? 1 : i == 4 ? 1 : i);

    Selected selected = new ReuseSelector(folder, true, null, null, 0).select("a1", parts);

    Part part = selected.parts().get(0);
    assertThat(uses(part))
        .containsExactly(
            LineUse.SENT, LineUse.AWAITED, LineUse.SENT, LineUse.DUPLICATE, LineUse.DUPLICATE);
    assertThat(part.requests()).isEqualTo(3);
    assertThat(part.documents()).isEqualTo(5);
    assertThat(part.tokens()).isEqualTo(3 * 7);
    assertThat(part.weight()).isEqualTo(3);
    assertThat(sent(part)).extracting(line -> line.replaceAll(".*\"body\":", "")).hasSize(3);
    assertThat(part.bytes()).isEqualTo(String.join("\n", sent(part)).length() + 1L);
    assertThat(selected.reused())
        .containsExactly(new ReusedLines("a1-d00000", LineUse.DUPLICATE, List.of(part), null));
    assertThat(selected.reused().get(0).count()).isEqualTo(2);
  }

  /** The sample has none of the lines that are not sent, and each line is sent once. */
  @Test
  void takesTheSmallestFingerprintsOfThoseThatAreSentFirst() throws Exception {
    int lines = 6_000;
    List<Part> parts = parts(lines, i -> i % 4_000);

    Selected selected =
        new ReuseSelector(folder, true, null, new Taken(5_000, false), 50).select("a1", parts);

    List<Fingerprint> first = new ArrayList<>();
    List<Fingerprint> rest = new ArrayList<>();
    int sent = 0;
    for (Part part : parts) {
      List<Fingerprint> all = new ArrayList<>();
      for (int line = 0; line < part.requests(); line++) {
        all.add(fingerprint(part, line));
      }
      sent += part.requests();
      collect(part.name(), selected.first(), all, first);
      collect(part.name(), selected.parts(), all, rest);
    }
    assertThat(sent).isEqualTo(lines);
    assertThat(first).hasSize(50).doesNotHaveDuplicates();
    assertThat(rest).hasSize(4_000 - 50).doesNotHaveDuplicates().doesNotContainAnyElementsOf(first);
    assertThat(first).allMatch(mine -> rest.stream().allMatch(other -> mine.compareTo(other) < 0));
    assertThat(selected.first().stream().mapToLong(Part::documents).sum()).isEqualTo(50);
    assertThat(selected.parts().stream().mapToLong(Part::documents).sum()).isEqualTo(4_950);
    assertThat(selected.first().stream().mapToLong(Part::bytes).sum())
        .as("what is uploaded")
        .isEqualTo(bytes(selected.first()));
  }

  @Test
  void takesAllThatIsSentIfTheCanaryIsLarger() throws Exception {
    List<Part> parts = parts(6, i -> i / 2);

    Selected selected = new ReuseSelector(folder, true, null, null, 50).select("a1", parts);

    assertThat(uses(selected.first().get(0)))
        .containsExactly(
            LineUse.AWAITED,
            LineUse.LEFT_OUT,
            LineUse.AWAITED,
            LineUse.LEFT_OUT,
            LineUse.AWAITED,
            LineUse.LEFT_OUT);
    assertThat(selected.parts().get(0).requests()).isZero();
    assertThat(selected.parts().get(0).reused()).isEqualTo(3);
  }

  private void collect(String name, List<Part> parts, List<Fingerprint> all, List<Fingerprint> sent)
      throws Exception {
    for (Part part : parts) {
      if (part.name().equals(name)) {
        List<LineUse> uses = uses(part);
        for (int line = 0; line < uses.size(); line++) {
          if (uses.get(line).isSent()) {
            sent.add(all.get(line));
          }
        }
      }
    }
  }

  private long bytes(List<Part> parts) throws Exception {
    long bytes = 0;
    for (Part part : parts) {
      bytes += String.join("\n", sent(part)).length() + 1L;
    }
    return bytes;
  }

  @Test
  void leavesPartsAsTheyAreWhereNoTwoAreTheSame() throws Exception {
    List<Part> parts = new ArrayList<>(parts(5, i -> i));
    parts.add(new Part("failures", 0, 0, 0, 0, Map.of(FailureReason.TOO_LARGE, 3L)));

    Selected selected = new ReuseSelector(folder, true, null, null, 0).select("a1", parts);

    assertThat(selected).isEqualTo(new Selected(parts, List.of(), null));
    assertThat(linesFiles()).isEmpty();
  }

  @Test
  void leavesAPartAsItIsOfWhichEveryLineIsSentThoughOthersAreReduced() throws Exception {
    List<Part> parts = new ArrayList<>(parts(3, i -> 0));
    parts.addAll(parts(3, i -> 1 + i));

    Selected selected = new ReuseSelector(folder, true, null, null, 0).select("a1", parts);

    assertThat(selected.parts()).hasSize(2).endsWith(parts.get(1));
    assertThat(selected.parts().get(0).requests()).isEqualTo(1);
    assertThat(selected.reused().get(0).parts()).containsExactly(selected.parts().get(0));
  }

  @Test
  void writesUnderAnotherNameEachTime() throws Exception {
    List<Part> parts = parts(4, i -> 0);

    Selected first = new ReuseSelector(folder, true, null, null, 0).select("a1", parts);
    Selected second = new ReuseSelector(folder, true, null, null, 0).select("a1", parts);

    assertThat(linesFiles()).hasSize(2);
    assertThat(first.parts()).isNotEqualTo(second.parts());
    assertThat(uses(first.parts().get(0))).isEqualTo(uses(second.parts().get(0)));
  }

  /** More lines than go into one bucket or one join, over many parts; some send nothing. */
  @Test
  void findsAllOfMany() throws Exception {
    int lines = 300_000;
    Random random = new Random(7);
    int[] texts = random.ints(lines, 0, 20_000).toArray();
    List<Part> parts = parts(lines, i -> i > 290_000 ? 5 : texts[i]);

    Selected selected = new ReuseSelector(folder, true, null, null, 0).select("a1", parts);

    Set<String> sent = new HashSet<>();
    Map<LineUse, Integer> counts = new HashMap<>();
    long requests = 0;
    for (Part part : selected.parts()) {
      requests += part.requests();
      for (String line : sent(part)) {
        sent.add(line.substring(line.indexOf("\"body\"")));
      }
      uses(part).forEach(use -> counts.merge(use, 1, Integer::sum));
    }
    Set<Integer> expected = new HashSet<>();
    for (int i = 0; i < lines; i++) {
      expected.add(i > 290_000 ? 5 : texts[i]);
    }
    assertThat(sent).hasSize(expected.size());
    assertThat(requests).isEqualTo(expected.size());
    assertThat(counts.get(LineUse.DUPLICATE)).isEqualTo(lines - expected.size());
    assertThat(selected.reused().stream().mapToLong(ReusedLines::count).sum())
        .isEqualTo(lines - expected.size());
    assertThat(selected.reused())
        .hasSize(8)
        .allMatch(piece -> piece.count() < lines / 8 + parts.get(0).requests())
        .extracting(ReusedLines::id)
        .startsWith("a1-d00000", "a1-d00001");
    assertThat(selected.reused().stream().flatMap(piece -> piece.parts().stream()))
        .doesNotHaveDuplicates();
    assertThat(selected.parts().stream().mapToLong(Part::documents).sum()).isEqualTo(lines);
  }

  @Test
  void leavesOutWhatIsKnownAndCopiesItsAnswer() throws Exception {
    List<Part> parts = parts(6, i -> i / 2);
    AnswerCache cache = new AnswerCache(temp + "/cache", List.of(), null, null);
    Fingerprint known = fingerprint(parts.get(0), 2);
    try (AnswerFile.Writer writer = cache.add(Instant.now())) {
      Origin origin = new Origin("r0", "b", "c", 1);
      writer.add(known, new StoredAnswer(StoredAnswer.Kind.RESULT, origin, new byte[] {7}));
      writer.commit();
    }

    Selected once = new ReuseSelector(folder, true, cache, null, 0).select("a1", parts);
    assertThat(new CacheFolder(temp + "/cache").contents().lookups())
        .containsExactly(new CacheFolder.Lookup(folder.run(), 6, 2));
    Selected each = new ReuseSelector(folder, false, cache, null, 0).select("a1", parts);

    assertThat(uses(once.parts().get(0)))
        .containsExactly(
            LineUse.AWAITED,
            LineUse.DUPLICATE,
            LineUse.KNOWN,
            LineUse.KNOWN,
            LineUse.AWAITED,
            LineUse.DUPLICATE);
    assertThat(uses(each.parts().get(0)))
        .containsExactly(
            LineUse.SENT, LineUse.SENT, LineUse.KNOWN, LineUse.KNOWN, LineUse.SENT, LineUse.SENT);
    Selected first =
        new ReuseSelector(folder, true, cache, new Taken(3, false), 0).select("a1", parts);
    assertThat(new CacheFolder(temp + "/cache").contents().lookups())
        .contains(new CacheFolder.Lookup(folder.run(), 3, 1));
    assertThat(uses(first.parts().get(0)))
        .as("a known line that is no part of the run")
        .containsExactly(
            LineUse.AWAITED,
            LineUse.DUPLICATE,
            LineUse.KNOWN,
            LineUse.LEFT_OUT,
            LineUse.LEFT_OUT,
            LineUse.LEFT_OUT);
    assertThat(once.reused()).extracting(ReusedLines::id).containsExactly("a1-k00000", "a1-d00000");
    String copies = folder.answers(once.reused().get(0).answers());
    try (AnswerFile.Reader reader =
        new AnswerFile.Reader(copies, Files.newInputStream(Path.of(copies)))) {
      assertThat(reader.next()).isTrue();
      assertThat(reader.entry().fingerprint()).isEqualTo(known);
      assertThat(reader.next()).isFalse();
    }
  }

  @Test
  void takesTheSameSampleHoweverTheDocumentsCome() throws Exception {
    List<Part> forwards = parts(5_000, i -> i);
    List<Part> backwards = parts(5_000, i -> 4_999 - i);
    Taken sample = new Taken(100, true);

    Selected one = new ReuseSelector(folder, true, null, sample, 0).select("a1", forwards);
    Selected other = new ReuseSelector(folder, true, null, sample, 0).select("a1", backwards);

    assertThat(bodies(one)).hasSize(100).isEqualTo(bodies(other));
    assertThat(one.parts().stream().mapToLong(Part::documents).sum()).isEqualTo(100);
    assertThat(one.taken()).isEqualTo("--sample 100");
  }

  @Test
  void takesTheFirstAndTheDuplicatesAmongThem() throws Exception {
    List<Part> parts = parts(5_000, i -> i / 2);

    Selected selected =
        new ReuseSelector(folder, true, null, new Taken(2_501, false), 0).select("a1", parts);

    assertThat(bodies(selected)).hasSize(1_251);
    assertThat(selected.reused().get(0).count()).isEqualTo(1_250);
    assertThat(selected.parts().stream().mapToLong(Part::documents).sum()).isEqualTo(2_501);
  }

  @Test
  void takesAllIfThereAreFewer() throws Exception {
    List<Part> parts = parts(10, i -> i);

    Selected selected =
        new ReuseSelector(folder, true, null, new Taken(11, true), 0).select("a1", parts);

    assertThat(selected.parts()).isEqualTo(parts);
  }

  private Set<String> bodies(Selected selected) throws Exception {
    Set<String> bodies = new HashSet<>();
    for (Part part : selected.parts()) {
      sent(part).forEach(line -> bodies.add(line.substring(line.indexOf("\"body\""))));
    }
    return bodies;
  }

  private Fingerprint fingerprint(Part part, int line) throws Exception {
    try (FingerprintFile.Reader reader =
        new FingerprintFile.Reader(folder.open(folder.fingerprints(part.name())))) {
      for (int i = 0; i < line; i++) {
        reader.next();
      }
      return reader.next().fingerprint();
    }
  }

  @Test
  void takesTheOrderOfKeysForPartOfTheQuestion() throws Exception {
    Job job = job();
    Part one;
    try (PartWriter writer = new PartWriter(folder, job, true)) {
      writer.add(new Request(new Document("a", "{}"), "{\"model\":\"m\",\"x\":1}", 7, 1));
      writer.add(new Request(new Document("a", "{}"), "{\"x\":1,\"model\":\"m\"}", 7, 1));
      one = writer.finish().get(0);
    }
    assertThat(new ReuseSelector(folder, true, null, null, 0).select("a1", List.of(one)).reused())
        .isEmpty();
  }

  private List<Part> parts(int lines, IntUnaryOperator text) throws Exception {
    try (PartWriter writer = new PartWriter(folder, job(), true)) {
      for (int i = 0; i < lines; i++) {
        String body = "{\"model\":\"m\",\"input\":\"text " + text.applyAsInt(i) + "\"}";
        writer.add(new Request(new Document("d" + i, "{}"), body, 7, 1));
      }
      return writer.finish();
    }
  }

  private List<LineUse> uses(Part part) throws Exception {
    LineUses uses = LineUses.of(part, folder);
    List<LineUse> all = new ArrayList<>();
    for (int line = 0; line < uses.count(); line++) {
      all.add(uses.use(line));
    }
    return all;
  }

  private List<String> sent(Part part) throws Exception {
    try (InputStream in = SentLines.open(part, folder)) {
      return new String(in.readAllBytes(), UTF_8).lines().toList();
    }
  }

  private List<Path> linesFiles() throws Exception {
    try (var files = Files.list(Path.of(folder.parts()))) {
      return files.filter(file -> file.toString().endsWith(".lines")).toList();
    }
  }

  private static Job job() {
    return SmallJob.of("request.endpoint=/v1/embeddings", "request.body={input: '{{text}}'}");
  }
}
