package io.beambatch.result;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the result of each request is, if lines are too long to be read. */
class ResultIndexTest {
  private static final int LONGEST_LINE = 1_000;

  @TempDir Path directory;
  private EndedChunk chunk;

  @BeforeEach
  void threeRequests() {
    chunk = new EndedChunk(directory).part("p0", "{}", "{}", "{}");
  }

  @Test
  void lineThatIsTooLongIsTheResultOfARequestThatHasNoOther() throws Exception {
    try (DownloadedResults results = results(line("p0-0"), tooLong("p0-1"))) {
      ResultIndex index = index(results);

      assertThat(index.isTooLong(0)).isFalse();
      assertThat(index.find(0, results)).isNotNull();
      assertThat(index.isTooLong(1)).isTrue();
      assertThat(index.find(1, results)).isNull();
      assertThat(index.isTooLong(2)).isFalse();
      assertThat(index.unknown() + index.duplicates()).isZero();
    }
  }

  @Test
  void lineThatIsTooLongGivesWayToAnotherOfItsRequest() throws Exception {
    try (DownloadedResults results =
        results(line("p0-0"), tooLong("p0-0"), tooLong("p0-1"), tooLong("p0-1"), line("p0-1"))) {
      ResultIndex index = index(results);

      for (int request = 0; request < 2; request++) {
        assertThat(index.isTooLong(request)).isFalse();
        assertThat(index.find(request, results)).isNotNull();
      }
      assertThat(index.duplicates()).isEqualTo(2);
      assertThat(index.unknown()).isZero();
    }
  }

  @Test
  void lineThatIsTooLongAndOfNoRequestIsUnknown() throws Exception {
    try (DownloadedResults results =
        results(tooLong("p0-3"), tooLong("p0-0").replace("custom_id", "other_id"))) {
      ResultIndex index = index(results);

      assertThat(index.unknown()).isEqualTo(2);
      assertThat(index.isEmpty()).isTrue();
    }
  }

  @Test
  void batchWhoseOnlyLineIsTooLongHasAResult() throws Exception {
    try (DownloadedResults results = results(tooLong("p0-0"))) {
      assertThat(index(results).isEmpty()).isFalse();
    }
  }

  private static String line(String customId) {
    return Results.chat(customId, "good");
  }

  private static String tooLong(String customId) {
    return Results.chat(customId, "x".repeat(LONGEST_LINE));
  }

  private DownloadedResults results(String... lines) throws Exception {
    chunk.output(lines);
    DownloadedResults results = DownloadedResults.create(LONGEST_LINE);
    results.download(chunk.provider(), "file-output", Long.MAX_VALUE, Duration.ofMillis(1));
    return results;
  }

  private ResultIndex index(DownloadedResults results) throws Exception {
    return ResultIndex.of(
        chunk.awaited().chunk(),
        chunk.folder(),
        results,
        ResultJoiner.results(Jobs.chat().inference()));
  }
}
