package io.beambatch.localserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileStoreTest {
  private @TempDir Path dir;

  @Test
  void findsItsFilesAgainAndSweepsAwayWhatACrashLeftHalfDone() throws Exception {
    StoredFiles before = new StoredFiles(dir, Clock.systemUTC());
    before.add("file-whole", content(before), "a.jsonl", "batch", null);
    before.add("file-half", content(before), "b.jsonl", "batch", null);
    Files.delete(before.content("file-half"));
    content(before);

    StoredFiles after = new StoredFiles(dir, Clock.systemUTC());

    assertThat(after.find("file-whole")).isEqualTo(before.find("file-whole")).isPresent();
    assertThat(after.find("file-half")).isEmpty();
    try (Stream<Path> left = Files.list(dir)) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("file-whole.json", "file-whole.content");
    }
  }

  private static Path content(StoredFiles files) throws Exception {
    return Files.writeString(files.temporary(), "{}");
  }
}
