package io.beambatch.result;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.beambatch.storage.RunFolder;
import java.io.BufferedWriter;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Memory and time do not grow with the size of what is joined. */
class LargeResultsTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int MEGABYTE = 1 << 20;

  @TempDir Path directory;

  @Test
  @Tag("speed")
  void fiftyThousandAnswersAreJoinedInASecondOfProcessorTimeOrTwo() throws Exception {
    int size = 50_000;
    String[] documents = new String[size];
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      documents[i] = "{\"id\":%d,\"text\":\"%s\"}".formatted(i, "some words ".repeat(34));
      lines.add(Results.chat("p0-" + i, "positive ".repeat(24)));
    }
    Collections.shuffle(lines, new Random(1));
    EndedChunk chunk = new EndedChunk(directory).part("p0", documents);
    chunk.output(lines.toArray(String[]::new));
    long nanoseconds = 0;
    // The last time counts, when the code has been compiled.
    for (int i = 0; i < 8; i++) {
      Files.deleteIfExists(directory.resolve("joined/a1-c00000/1.json"));
      long before = THREADS.getCurrentThreadCpuTime();
      chunk.join();
      nanoseconds = THREADS.getCurrentThreadCpuTime() - before;
    }

    assertThat(chunk.joined().answered().documents()).isEqualTo(size);
    assertThat(Duration.ofNanos(nanoseconds)).isLessThan(Duration.ofMillis(1_700));
  }

  @Test
  void aLineThatIsTooLongFailsItsDocumentAndNoOther() throws Exception {
    EndedChunk chunk =
        new EndedChunk(directory).part("p0", "{\"d\":0}", "{\"d\":1}", "{\"d\":2}").output("");
    byte[] megabyte = " ".repeat(MEGABYTE).getBytes(StandardCharsets.US_ASCII);
    try (OutputStream out = Files.newOutputStream(directory.resolve("file-output"))) {
      out.write(line(Results.chat("p0-0", "one")));
      out.write("{\"id\":\"r\",\"custom_id\":\"p0-1\",".getBytes(StandardCharsets.US_ASCII));
      for (int i = 0; i <= DownloadedResults.LONGEST_LINE / MEGABYTE; i++) {
        out.write(megabyte);
      }
      out.write(line("\"response\":null}"));
      out.write(line(Results.chat("p0-2", "two")));
    }

    chunk.join();

    assertThat(chunk.answered()).hasSize(2).allMatch(line -> !line.contains("\"d\":1"));
    assertThat(chunk.failed()).hasSize(1);
    assertThat(Jobs.tree(chunk.failed().get(0)).at("/_failure/reason").asText())
        .isEqualTo("invalid_answer");
    assertThat(Jobs.tree(chunk.failed().get(0)).at("/_failure/message").asText())
        .contains(
            "Request p0-1: its result line has more than "
                + DownloadedResults.LONGEST_LINE
                + " bytes");
    assertThat(chunk.joined().unknownLines()).isZero();
  }

  private static byte[] line(String text) {
    return (text + "\n").getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void answersOf30MegabytesNeedTheMemoryOfOne() throws Exception {
    String[] documents = new String[4];
    Arrays.fill(documents, "{}");
    EndedChunk chunk = new EndedChunk(directory).part("p0", documents).output("");
    char[] large = new char[30 * MEGABYTE];
    Arrays.fill(large, 'x');
    String head = Results.chat("p0-%d", "#");
    String tail = head.substring(head.indexOf('#') + 1);
    try (BufferedWriter out = Files.newBufferedWriter(directory.resolve("file-output"))) {
      for (int i = 0; i < documents.length; i++) {
        out.write(head.substring(0, head.indexOf('#')).replace("%d", String.valueOf(i)));
        out.write(large);
        out.write(tail);
        out.newLine();
      }
    }
    long before = THREADS.getCurrentThreadAllocatedBytes();

    chunk.join();

    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    assertThat(allocated / MEGABYTE).as("megabytes ever allocated").isLessThan(150);
    Path answered =
        Path.of(new RunFolder(directory.toString()).result("a1-c00000", "answered.jsonl"));
    assertThat(Files.size(answered)).isGreaterThan(120L * MEGABYTE);
    assertThat(chunk.joined().answered().documents()).isEqualTo(4);
  }
}
