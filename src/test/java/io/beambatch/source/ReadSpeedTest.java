package io.beambatch.source;

import static io.beambatch.job.FileSource.Format.CSV;
import static io.beambatch.job.FileSource.Format.JSONL;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.document.Document;
import io.beambatch.document.FailedDocument;
import io.beambatch.job.FileSource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Speeds by CPU time of one thread, so that other load on the machine counts as little as possible.
 * A slower machine is no defect: this is no part of {@code mvn verify}.
 *
 * <pre>
 * mvn test -Dtest=ReadSpeedTest -Dquick.excluded=none
 * </pre>
 */
@Tag("speed")
class ReadSpeedTest {
  private static final int DOCUMENTS = 250_000;

  @Test
  void readsAQuarterOfAMillionJsonLinesASecond() throws IOException {
    byte[] lines = lines().getBytes(UTF_8);
    FileSource source = Reading.source(JSONL, "id");
    FileSplit split = new FileSplit("a.jsonl", "a.jsonl", 0, lines.length, 1, null);
    double best = 0;
    for (int round = 0; round < 6; round++) {
      Counter counter = new Counter();
      long start = cpuNanos();
      new SplitReader(source, ReadSettings.DEFAULT)
          .readRecords(new ByteArrayInputStream(lines), split, counter);
      best = Math.max(best, DOCUMENTS * 1e9 / (cpuNanos() - start));
      assertThat(counter.documents).isEqualTo(DOCUMENTS);
    }
    System.out.printf("JSONL: %.0f documents/s%n", best);
    assertThat(best).isGreaterThan(250_000);
  }

  @Test
  void cutsLinesAndCsvAt300MegabytesASecond(@TempDir Path folder) throws IOException {
    for (FileSource.Format type : List.of(JSONL, CSV)) {
      String header = type == CSV ? "id,text\n" : "";
      Path file = Files.writeString(folder.resolve(type.name()), header + lines());
      double best = 0;
      for (int round = 0; round < 6; round++) {
        long start = cpuNanos();
        new FileSplitter(Reading.source(type, null), ReadSettings.DEFAULT, "unused", null)
            .cut(file.toString(), split -> {});
        best = Math.max(best, Files.size(file) * 1e3 / (cpuNanos() - start));
      }
      System.out.printf("%s: %.0f MB/s cut%n", type, best);
      assertThat(best).isGreaterThan(300);
    }
  }

  @Test
  void readsFiftyThousandCsvRecordsASecond() throws IOException {
    StringBuilder csv = new StringBuilder();
    for (int i = 0; i < DOCUMENTS; i++) {
      csv.append(i).append(",\"").append("A \"\"good\"\" thing, ".repeat(20)).append("\",x\r\n");
    }
    byte[] bytes = csv.toString().getBytes(UTF_8);
    List<String> header = List.of("id", "text", "c");
    FileSplit split = new FileSplit("a.csv", "a.csv", 0, bytes.length, 2, header);
    double best = 0;
    for (int round = 0; round < 6; round++) {
      Counter counter = new Counter();
      long start = cpuNanos();
      new SplitReader(Reading.source(CSV, "id"), ReadSettings.DEFAULT)
          .readRecords(new ByteArrayInputStream(bytes), split, counter);
      best = Math.max(best, DOCUMENTS * 1e9 / (cpuNanos() - start));
      assertThat(counter.documents).isEqualTo(DOCUMENTS);
    }
    System.out.printf("CSV: %.0f documents/s%n", best);
    assertThat(best).isGreaterThan(50_000);
  }

  private static String lines() {
    StringBuilder lines = new StringBuilder();
    String text = "Bought it for my sister, who is very pleased. ".repeat(6);
    for (int i = 0; i < DOCUMENTS; i++) {
      String head = "{\"id\":\"" + i + "\",\"stars\":" + i % 5 + ",\"tags\":[\"a\",\"b\"],";
      String line = head + "\"meta\":{\"lang\":\"en\",\"at\":1.5},\"text\":\"" + text + "\"";
      lines.append(line).append(" ".repeat(398 - line.length())).append("}\n");
    }
    return lines.toString();
  }

  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static final class Counter implements SplitReader.Receiver {
    private int documents;

    @Override
    public void document(Document document) {
      documents++;
    }

    @Override
    public void invalid(FailedDocument failed) {
      throw new AssertionError(failed.failure().message());
    }
  }
}
