package io.beambatch.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.provider.TooMuchException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownloadedResultsTest {
  private static final Duration PAUSE = Duration.ofMillis(1);

  @TempDir private Path directory;

  @Test
  void fileThatHasMoreThanWasAskedForIsAnErrorAtOnce() throws Exception {
    Files.writeString(directory.resolve("file-1"), "{}\n".repeat(10));
    StoredFiles provider = new StoredFiles(directory);
    try (DownloadedResults results = DownloadedResults.create()) {
      results.download(provider, "file-1", 30, PAUSE);

      assertThatThrownBy(() -> results.download(provider, "file-1", 29, PAUSE))
          .isInstanceOf(TooMuchException.class)
          .hasMessageContaining("file-1 has more than 29 bytes");
    }
    assertThat(provider.downloads()).isEqualTo(2);
  }
}
