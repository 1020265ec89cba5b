package io.beambatch.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.reuse.AnswerFile;
import io.beambatch.reuse.Fingerprint;
import io.beambatch.reuse.StoredAnswer;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Known answers, copied for the joins of some parts each. */
class KnownAnswersTest {
  @TempDir Path temp;

  @Test
  void areInTheFilesOfTheLinesThatGetThem() throws IOException {
    RunFolder folder = RunFolder.of(temp.toString(), "job", "r1");
    List<String> files;
    try (KnownAnswers answers = new KnownAnswers(folder, parts(3, 3, 0, 3, 1), 4)) {
      files = List.of(answers.file(0), answers.file(5), answers.file(6), answers.file(9));
      add(answers, answers.place(5), 1);
      add(answers, answers.both(answers.place(2), 7), 2);
      add(answers, answers.both(answers.place(3), 4), 3);
      assertThat(KnownAnswers.line(answers.both(answers.place(2), 7))).isEqualTo(2);
      assertThat(answers.entries()).isEqualTo(3);
      answers.commit();
    }

    assertThat(files.get(1)).isEqualTo(files.get(0));
    assertThat(files.get(3)).isEqualTo(files.get(2)).isNotEqualTo(files.get(0));
    assertThat(read(folder, files.get(0))).containsExactly(1L, 2L, 3L);
    assertThat(read(folder, files.get(2))).containsExactly(2L);
  }

  @Test
  void areInFewFilesHoweverManyPartsThereAre() throws IOException {
    RunFolder folder = RunFolder.of(temp.toString(), "job", "r1");
    int[] lines = new int[100];
    Arrays.fill(lines, 10);
    try (KnownAnswers answers = new KnownAnswers(folder, parts(lines), 1)) {
      for (int line = 0; line < 1000; line++) {
        assertThat(KnownAnswers.line(answers.place(line))).isEqualTo(line);
        assertThat(answers.place(line)).isPositive();
        add(answers, answers.place(line), line);
      }
      answers.commit();
    }

    assertThat(Storage.list(folder.answers())).hasSizeBetween(7, 8);
  }

  @Test
  void areNotThereIfTheyWereNotCommitted() throws IOException {
    RunFolder folder = RunFolder.of(temp.toString(), "job", "r1");
    try (KnownAnswers answers = new KnownAnswers(folder, parts(3, 3), 3)) {
      add(answers, answers.place(0), 1);
      add(answers, answers.place(5), 2);
    }

    assertThat(Storage.list(folder.answers())).isEmpty();
  }

  private static void add(KnownAnswers answers, long place, long fingerprint) throws IOException {
    StoredAnswer.Origin origin = new StoredAnswer.Origin("r0", "batch_1", "p-0", 1);
    StoredAnswer answer = new StoredAnswer(StoredAnswer.Kind.RESULT, origin, new byte[] {1});
    answers.add(place, AnswerFile.Entry.of(new Fingerprint(0, fingerprint), answer));
  }

  private static List<Long> read(RunFolder folder, String file) throws IOException {
    List<Long> found = new ArrayList<>();
    String path = folder.answers(file);
    try (AnswerFile.Reader reader = new AnswerFile.Reader(path, folder.open(path))) {
      while (reader.next()) {
        found.add(reader.entry().fingerprint().low());
      }
    }
    return found;
  }

  private static List<Part> parts(int... requests) {
    List<Part> parts = new ArrayList<>();
    for (int lines : requests) {
      parts.add(new Part(Part.newName(), lines, lines, 20, 10, Map.of(), List.of(), true, null, 0));
    }
    return parts;
  }
}
