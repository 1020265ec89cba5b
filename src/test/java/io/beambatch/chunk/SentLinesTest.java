package io.beambatch.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.reuse.Fingerprint;
import io.beambatch.reuse.FingerprintFile;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lines of a part that are sent, and their numbers. */
class SentLinesTest {
  private static final String REQUESTS = "one\ntwo\nthree\nfour ä\n";

  @TempDir Path temp;
  private RunFolder folder;

  @BeforeEach
  void aPartHasFourLines() throws IOException {
    folder = RunFolder.of(temp.toString(), "job", "r1");
    Storage.write(
        folder.requests("p"), file -> file.write(REQUESTS.getBytes(StandardCharsets.UTF_8)));
    lengths(4, 4, 6, 8);
    write(LineUse.KNOWN, LineUse.SENT, LineUse.DUPLICATE, LineUse.KNOWN, LineUse.AWAITED);
  }

  @Test
  void areReadByteByByteAndInPieces() throws IOException {
    // The first line of the file of uses is another part's.
    Part part = part(2, new Part.Lines("lines", 1, 4, 1, 1));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (InputStream in = SentLines.open(part, folder)) {
      assertThat(in.read(new byte[3], 1, 0)).isZero();
      for (int next = in.read(); next >= 0; next = in.read()) {
        bytes.write(next);
      }
      assertThat(in.read(new byte[3])).isEqualTo(-1);
    }
    try (InputStream in = SentLines.open(part, folder)) {
      assertThat(in.readAllBytes()).isEqualTo(bytes.toByteArray());
    }
    assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("one\nfour ä\n");
  }

  @Test
  void areAllLinesOfAPartThatIsSentAsAWhole() throws IOException {
    Part part = part(4, null);
    try (InputStream in = SentLines.open(part, folder)) {
      assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo(REQUESTS);
    }
    LineUses uses = LineUses.of(part, folder);
    assertThat(uses.count()).isEqualTo(4);
    assertThat(uses.use(3)).isEqualTo(LineUse.SENT);
    assertThat(uses.sentLines()).containsExactly(0, 1, 2, 3);
  }

  @Test
  void areCountedWithoutTheOthers() throws IOException {
    LineUses uses = LineUses.of(part(2, new Part.Lines("lines", 1, 4, 1, 1)), folder);

    assertThat(uses.count()).isEqualTo(4);
    assertThat(uses.use(2)).isEqualTo(LineUse.KNOWN);
    assertThat(uses.sentLines()).containsExactly(0, 3);
  }

  @Test
  void areNotReadWhereTheFileOfUsesSaysSomethingElse() {
    for (Part.Lines wrong :
        List.of(
            new Part.Lines("lines", 1, 4, 0, 2),
            new Part.Lines("lines", 1, 4, 2, 1),
            new Part.Lines("lines", 0, 4, 1, 1),
            new Part.Lines("lines", 2, 4, 1, 1),
            new Part.Lines("lines", 9, 4, 1, 1))) {
      assertThatThrownBy(() -> SentLines.open(part(2, wrong), folder))
          .as("%s", wrong)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("contradicts the plan about part p; it is damaged");
    }
    assertThatThrownBy(() -> SentLines.open(part(3, new Part.Lines("lines", 1, 4, 1, 1)), folder))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void areNotReadFromAFileWithOtherLengths() throws IOException {
    Part part = part(2, new Part.Lines("lines", 1, 4, 1, 1));
    for (int[] wrong :
        List.of(
            new int[] {5, 4, 6, 7},
            new int[] {4, 4, 6, 9},
            new int[] {4, 40, 6, 8},
            new int[] {4, 4, 6})) {
      lengths(wrong);
      try (InputStream in = SentLines.open(part, folder)) {
        assertThatThrownBy(in::readAllBytes)
            .as("%s", Arrays.toString(wrong))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("is not the file that was planned");
      }
    }
  }

  private void lengths(int... bytes) throws IOException {
    try (FingerprintFile.Writer file = new FingerprintFile.Writer(folder.fingerprints("p"))) {
      for (int length : bytes) {
        file.add(new FingerprintFile.Entry(new Fingerprint(1, length), length, 1, 1));
      }
    }
  }

  private void write(LineUse... uses) throws IOException {
    Storage.write(
        folder.lines("lines"),
        file -> {
          for (LineUse use : uses) {
            file.write(use.code());
          }
        });
  }

  private static Part part(int requests, Part.@Nullable Lines lines) {
    return new Part("p", requests, requests, 20, 10, Map.of(), List.of(), true, lines, 0);
  }
}
