package io.beambatch.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.reuse.Fingerprint;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The lines of a plan in buckets, and what becomes of each. */
class SelectionFilesTest {

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "262144, 1",
    "262145, 2",
    "524288, 2",
    "524290, 4",
    "600000, 4",
    "200000000, 512"
  })
  void bucketHasAQuarterOfAMillionLinesAtMost(long lines, int buckets) throws Exception {
    try (SelectionFiles files = new SelectionFiles(lines)) {
      assertThat(files.buckets()).hasSize(buckets);
    }
  }

  @Test
  void firstBucketHasTheSmallestFingerprintsEachInItsOrder() throws Exception {
    long[] highs = {-1, 0, 1L << 62, -1, Long.MIN_VALUE, (1L << 62) - 1};
    try (SelectionFiles files = new SelectionFiles(600_000)) {
      for (int line = 0; line < highs.length; line++) {
        files.add(new Fingerprint(highs[line], line));
      }

      List<SelectionFiles.Bucket> buckets = files.buckets();
      assertThat(buckets).extracting(SelectionFiles.Bucket::size).containsExactly(2, 1, 1, 2);
      assertThat(lines(buckets.get(0))).containsExactly(1L, 5L);
      assertThat(lines(buckets.get(1))).containsExactly(2L);
      assertThat(lines(buckets.get(2))).containsExactly(4L);
      assertThat(lines(buckets.get(3))).containsExactly(0L, 3L);
      assertThat(buckets.get(1).isBefore(new Fingerprint(Long.MIN_VALUE, 0))).isTrue();
      assertThat(buckets.get(1).isBefore(new Fingerprint(1L << 62, 0))).isFalse();
      assertThat(buckets.get(1).isBefore(new Fingerprint(0, 0))).isFalse();
    }
  }

  @Test
  void allLinesAreSentUntilSomethingElseIsNoted() throws Exception {
    try (SelectionFiles files = new SelectionFiles(5)) {
      files.setUse(1, LineUse.DUPLICATE);
      files.setUse(3, LineUse.KNOWN);
      files.setUse(1, LineUse.AWAITED);

      assertThat(files.use(0)).isEqualTo(LineUse.SENT);
      assertThat(files.use(1)).isEqualTo(LineUse.AWAITED);
      assertThat(files.uses(1, 3))
          .containsExactly(LineUse.AWAITED.code(), LineUse.SENT.code(), LineUse.KNOWN.code());
      assertThat(files.uses(4, 1)).containsExactly(LineUse.SENT.code());
    }
  }

  @Test
  void usesOfMoreLinesThanOneMapHoldsAreKept() throws Exception {
    long first = 1L << 28;
    try (SelectionFiles files = new SelectionFiles(first + 4)) {
      files.setUse(first - 1, LineUse.KNOWN);
      files.setUse(first, LineUse.DUPLICATE);
      files.setUse(first + 3, LineUse.LEFT_OUT);

      assertThat(files.use(first - 1)).isEqualTo(LineUse.KNOWN);
      assertThat(files.use(first)).isEqualTo(LineUse.DUPLICATE);
      assertThat(files.use(0)).isEqualTo(LineUse.SENT);
      assertThat(files.uses(first - 2, 6))
          .containsExactly(
              LineUse.SENT.code(),
              LineUse.KNOWN.code(),
              LineUse.DUPLICATE.code(),
              LineUse.SENT.code(),
              LineUse.SENT.code(),
              LineUse.LEFT_OUT.code());
    }
  }

  private static List<Long> lines(SelectionFiles.Bucket bucket) throws Exception {
    List<Long> numbers = new ArrayList<>();
    try (SelectionFiles.Lines lines = bucket.open()) {
      while (lines.next()) {
        assertThat(lines.fingerprint().low()).isEqualTo(lines.line());
        numbers.add(lines.line());
      }
    }
    return numbers;
  }
}
