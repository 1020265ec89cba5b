package io.beambatch.result;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.json.LineReader;
import io.beambatch.provider.TooMuchException;
import java.io.ByteArrayOutputStream;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownloadedResultsTest {
  private static final int BUFFER = 1 << 16;
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

  /** Texts of one to four bytes a character, at each place relative to the end of a buffer. */
  @Test
  void textsAreCopiedByteForByte() throws Exception {
    for (String character : List.of("x", "ä", "€", "😀", "\uFFFD", "\uDBFF\uDFFF")) {
      for (int before = BUFFER - 5; before <= BUFFER; before++) {
        byte[] text = ("a".repeat(before) + character.repeat(BUFFER)).getBytes(UTF_8);

        assertThat(copied(text)).isEqualTo(text);
      }
    }
  }

  @Test
  void bytesThatAreNotUtf8BecomeALoneSurrogatesEscapeWhereverTheyStand() throws Exception {
    // A byte alone, the beginning of a character, a surrogate's half, more than a character has.
    for (byte[] wrong : List.of(bytes(0xFF), bytes(0xE2, 0x82), bytes(0xED, 0xBF, 0xBF))) {
      for (int before = BUFFER - 5; before <= BUFFER; before++) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        text.write("a".repeat(before).getBytes(UTF_8));
        text.write(wrong);
        text.write("ä\"}".getBytes(UTF_8));

        assertThat(new String(copied(text.toByteArray()), UTF_8))
            .startsWith("a".repeat(before) + "\uFFFD\\udfff")
            .endsWith("\\udfffä\"}");
      }
    }
  }

  @Test
  void anEndInTheMiddleOfACharacterIsNotUtf8() throws Exception {
    assertThat(new String(copied(bytes('a', 0xF0, 0x9F, 0x98)), UTF_8)).isEqualTo("a\uFFFD\\udfff");
  }

  /** Where the system can, the file has no name while it is open; its space is freed with it. */
  @Test
  void nothingIsLeftOnceTheyAreClosed() throws Exception {
    Files.writeString(directory.resolve("file-1"), "{}\n");
    DownloadedResults results = DownloadedResults.create();
    results.download(new StoredFiles(directory), "file-1", 30, PAUSE);
    assertThat(results.line(0, 2).json()).isEqualTo("{}");

    results.close();

    assertThatThrownBy(() -> results.line(0, 2)).isInstanceOf(ClosedChannelException.class);
  }

  @Test
  void fileIsDownloadedFiveTimesAtMost() throws Exception {
    Files.writeString(directory.resolve("file-1"), "{}\n");
    try (DownloadedResults results = DownloadedResults.create()) {
      StoredFiles fourTimes = new StoredFiles(directory).breakingOff(4);
      results.download(fourTimes, "file-1", 30, PAUSE);
      StoredFiles fiveTimes = new StoredFiles(directory).breakingOff(5);

      assertThatThrownBy(() -> results.download(fiveTimes, "file-1", 30, PAUSE))
          .hasMessage("The download of result file file-1 broke off 5 times");
      assertThat(fourTimes.downloads()).isEqualTo(5);
      assertThat(fiveTimes.downloads()).isEqualTo(5);
    }
  }

  @Test
  void interruptionEndsThePauseBeforeTheNextDownload() throws Exception {
    Files.writeString(directory.resolve("file-1"), "{}\n");
    try (DownloadedResults results = DownloadedResults.create()) {
      StoredFiles provider =
          new StoredFiles(directory)
              .breakingOff(1)
              .beforeDownload(() -> Thread.currentThread().interrupt());

      assertThatThrownBy(() -> results.download(provider, "file-1", 30, Duration.ofDays(1)))
          .isInstanceOf(InterruptedIOException.class);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  /** What becomes of a result file's content, without the line end that is added. */
  private byte[] copied(byte[] content) throws Exception {
    Files.write(directory.resolve("file-1"), content);
    try (DownloadedResults results = DownloadedResults.create()) {
      results.download(new StoredFiles(directory), "file-1", Long.MAX_VALUE, PAUSE);
      try (LineReader lines = results.lines()) {
        assertThat(lines.next()).isTrue();
        byte[] copied = lines.slice().bytes();
        assertThat(lines.next()).isFalse();
        return copied;
      }
    }
  }
}
