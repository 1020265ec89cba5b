package io.beambatch.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.job.Taken;
import io.beambatch.reuse.Fingerprint;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which of the lines in several buckets a sample, or a canary, has. */
class ChosenLinesTest {
  /** The fingerprints of lines 0 to 7: two or three lines in each of three buckets of four. */
  private static final List<Fingerprint> FINGERPRINTS =
      List.of(
          new Fingerprint(1L << 62, 3),
          new Fingerprint(2, 0),
          new Fingerprint(Long.MIN_VALUE, 9),
          new Fingerprint(1, 7),
          new Fingerprint(1L << 62, 1),
          new Fingerprint(Long.MIN_VALUE, 8),
          new Fingerprint(1, 7),
          new Fingerprint(1L << 62, 2));

  /** All lines in the order of their fingerprints; those of two that are the same in their own. */
  private static final String SORTED = "3,6,1,4,7,0,5,2";

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9})
  void aSampleHasTheSmallestFingerprints(long documents) throws Exception {
    assertThat(taken(new Taken(documents, true))).isEqualTo(first(documents));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 3, 8, 9})
  void theFirstAreTakenWhateverTheirFingerprints(long documents) throws Exception {
    assertThat(taken(new Taken(documents, false)))
        .isEqualTo(LongStream.range(0, Math.min(documents, 8)).boxed().toList());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
  void aCanaryHasTheSmallestFingerprints(int documents) throws Exception {
    assertThat(canary(documents, List.of())).isEqualTo(first(documents));
  }

  @ParameterizedTest
  @CsvSource({"0, ''", "1, 6", "2, '1,6'", "3, '0,1,6'", "4, '0,1,5,6'", "5, '0,1,2,5,6'"})
  void aCanaryHasOnlyLinesThatAreSent(int documents, String lines) throws Exception {
    assertThat(canary(documents, List.of(3L, 4L, 7L)))
        .extracting(String::valueOf)
        .isEqualTo(lines.isEmpty() ? List.of() : List.of(lines.split(",")));
  }

  /** The first lines by fingerprint, in the order of lines. */
  private static List<Long> first(long count) {
    return List.of(SORTED.split(",")).stream().limit(count).map(Long::valueOf).sorted().toList();
  }

  private static List<Long> taken(Taken taken) throws Exception {
    TakenLines lines = new TakenLines(taken);
    List<Long> all = new ArrayList<>();
    try (SelectionFiles files = files()) {
      for (SelectionFiles.Bucket bucket : files.buckets()) {
        lines.enter(bucket);
        try (SelectionFiles.Lines in = bucket.open()) {
          while (in.next()) {
            if (lines.contains(in.fingerprint(), in.line())) {
              all.add(in.line());
            }
          }
        }
      }
    }
    return all.stream().sorted().toList();
  }

  private static List<Long> canary(int documents, List<Long> unsent) throws Exception {
    FirstLines canary = new FirstLines(documents);
    try (SelectionFiles files = files()) {
      unsent.forEach(line -> files.setUse(line, LineUse.DUPLICATE));
      for (SelectionFiles.Bucket bucket : files.buckets()) {
        canary.addFrom(bucket, files);
      }
    }
    canary.close();
    assertThat(canary.isEmpty()).isEqualTo(documents == 0);
    return LongStream.range(0, FINGERPRINTS.size()).filter(canary::contains).boxed().toList();
  }

  /** Files that are large enough for several buckets. */
  private static SelectionFiles files() throws Exception {
    SelectionFiles files = new SelectionFiles(600_000);
    for (Fingerprint fingerprint : FINGERPRINTS) {
      files.add(fingerprint);
    }
    return files;
  }
}
