package io.beambatch.reuse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.reuse.StoredAnswer.Kind;
import io.beambatch.reuse.StoredAnswer.Origin;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnswerFileTest {
  private static final Origin ORIGIN = new Origin("r1", "ü\0\ud83d\ude00", "p-0", 2);

  @TempDir Path folder;
  private Path file;
  private final Map<Fingerprint, String> answers = new LinkedHashMap<>();

  @BeforeEach
  void write() throws IOException {
    file = folder.resolve("a.answers");
    answers.put(new Fingerprint(1, 7), "one");
    answers.put(new Fingerprint(1, -5), "zwei, drei, é");
    answers.put(new Fingerprint(-1, 0), "");
    try (AnswerFile.Writer writer = new AnswerFile.Writer(file.toString())) {
      for (Map.Entry<Fingerprint, String> answer : answers.entrySet()) {
        byte[] content = answer.getValue().getBytes(UTF_8);
        writer.add(answer.getKey(), new StoredAnswer(Kind.RESULT, ORIGIN, content));
      }
      writer.commit();
    }
  }

  @Test
  void givesBackWhatWasWritten() throws Exception {
    assertThat(read(Files.readAllBytes(file))).isEqualTo(answers);
  }

  @Test
  void takesFingerprintsInTheirOrderOnly() throws Exception {
    try (AnswerFile.Writer writer = new AnswerFile.Writer(folder.resolve("b").toString())) {
      StoredAnswer answer = new StoredAnswer(Kind.FAILURE, ORIGIN, new byte[0]);
      writer.add(new Fingerprint(-1, 0), answer);

      assertThatThrownBy(() -> writer.add(new Fingerprint(1, 0), answer))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(folder.resolve("b")).doesNotExist();
  }

  @Test
  void noticesEveryByteThatIsNotWhatWasWritten() throws Exception {
    byte[] whole = Files.readAllBytes(file);
    for (int i = 0; i < whole.length; i++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] damaged = whole.clone();
        damaged[i] ^= (byte) (1 << bit);
        assertThatThrownBy(() -> read(damaged))
            .as("byte %d, bit %d", i, bit)
            .isInstanceOf(AnswerFile.DamagedException.class);
      }
    }
  }

  @Test
  void noticesThatTheEndIsMissing() throws Exception {
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> read(cut)).isInstanceOf(AnswerFile.DamagedException.class);
    }
  }

  @Test
  void entryThatEndsBeforeItsContentIsAnError() throws Exception {
    byte[] whole = new StoredAnswer(Kind.RESULT, ORIGIN, new byte[0]).encoded();
    for (int length = 0; length < whole.length; length++) {
      ByteBuffer cut = ByteBuffer.wrap(whole, 0, length);
      assertThatThrownBy(() -> StoredAnswer.decoded(cut)).isInstanceOf(IOException.class);
    }
  }

  private static Map<Fingerprint, String> read(byte[] bytes) throws IOException {
    Map<Fingerprint, String> read = new LinkedHashMap<>();
    try (AnswerFile.Reader reader =
        new AnswerFile.Reader("a.answers", new ByteArrayInputStream(bytes))) {
      while (reader.next()) {
        StoredAnswer answer = StoredAnswer.decoded(reader.entry().answer());
        assertThat(answer.origin()).isEqualTo(ORIGIN);
        read.put(reader.entry().fingerprint(), new String(answer.content(), UTF_8));
      }
    }
    return read;
  }
}
