package io.beambatch.source;

import static io.beambatch.job.FileSource.Format.CSV;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.document.Document;
import io.beambatch.job.FileSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvTest {
  @TempDir Path folder;

  @Test
  void readsRecordsAsStringsAndNumbersTheirFirstLines() throws IOException {
    Reading reading =
        read(
            null,
            "\uFEFFid,\"the \"\"text\"\"\"\r\n1,\"two\nlines, \"\"quoted\"\"\"\n\r\n2, a \"b\" c\n3,");
    assertThat(reading.jsons())
        .containsExactly(
            "{\"id\":\"1\",\"the \\\"text\\\"\":\"two\\nlines, \\\"quoted\\\"\"}",
            "{\"id\":\"2\",\"the \\\"text\\\"\":\" a \\\"b\\\" c\"}",
            "{\"id\":\"3\",\"the \\\"text\\\"\":\"\"}");
    assertThat(reading.ids()).containsExactly("a.csv:2", "a.csv:5", "a.csv:6");
    assertThat(reading.failed).isEmpty();
  }

  @Test
  void takesTheIdFromAColumnAndDropsWhatAnEarlierRunLeft() throws IOException {
    Reading reading = read("id", "_batch,id,a\n{},x,1\n{},,2\n");
    assertThat(reading.documents).containsExactly(new Document("x", "{\"id\":\"x\",\"a\":\"1\"}"));
    assertThat(reading.messages())
        .singleElement()
        .asString()
        .contains("a.csv:3: no value in the id field");
    assertThat(reading.failedJsons()).containsExactly("{\"id\":\"\",\"a\":\"2\"}");
  }

  @Test
  void tellsBrokenRecordsAndGoesOnBehindThem() throws IOException {
    Reading reading =
        read(
            null, "a,b\n1\n1,2,3\n\"x\"y,2\n1,\rx\n1,\0\nok,\"ok\"\n1,\"never closed\nnext,line\n");
    assertThat(reading.jsons()).containsExactly("{\"a\":\"ok\",\"b\":\"ok\"}");
    assertThat(reading.messages())
        .satisfiesExactly(
            m -> assertThat(m).endsWith("a.csv:2: 1 field, but the header has 2"),
            m -> assertThat(m).endsWith("a.csv:3: 3 fields, but the header has 2"),
            m -> assertThat(m).contains("a.csv:4: text between a closing quote and the delimiter"),
            m -> assertThat(m).contains("a.csv:5: a carriage return without a line feed"),
            m -> assertThat(m).contains("a.csv:6: a NUL character"),
            m -> assertThat(m).contains("a.csv:8: a quote is opened").contains("line 9"));
    assertThat(reading.failedJsons().get(5))
        .isEqualTo("{\"_line\":\"1,\\\"never closed\\nnext,line\\n\"}");
  }

  @Test
  void pointsToAnUnclosedQuoteThatIsTooLongToRead() throws IOException {
    Path file = write("a,b\n1,2\n1,\"" + "line\n".repeat(100_000));
    Reading reading =
        Reading.of(Reading.source(CSV, null), Reading.recordsUpTo(1000), folder.resolve("s"), file);
    assertThat(reading.documents).hasSize(1);
    assertThat(reading.messages())
        .singleElement()
        .asString()
        .contains("a.csv:3: a record of 500003 bytes, more than 1000; is a quote left open?");
    assertThat(reading.failedJsons().get(0)).contains("\"line\":3,\"bytes\":500003}");
  }

  @Test
  void givesEachRecordUnderABrokenHeaderItsFailure() throws IOException {
    assertThat(read(null, "a,a\n1,2\n3,4\n").messages())
        .hasSize(2)
        .allMatch(m -> m.contains("the header has the name 'a' twice"));
    assertThat(read(null, "a,\n1,2\n").messages())
        .singleElement()
        .asString()
        .contains("a.csv:2: the header has no name for column 2");
    assertThat(read(null, "\na\n1\n").messages())
        .hasSize(2)
        .allMatch(m -> m.contains("the first line is empty"));
    assertThat(read(null, "\"a\"x,b\n1,2\n").messages())
        .singleElement()
        .asString()
        .contains("the header has a fault: text between");
    assertThat(read(null, "a,\"b\n1,2\n").messages())
        .singleElement()
        .asString()
        .contains("a.csv:1: a quote is opened in the header and never closed");
  }

  @Test
  void refusesAHeaderThatIsTooLong() throws IOException {
    Path file = write("a,\"" + "b".repeat(1000) + "\"\n1,2\n");
    ReadSettings settings = new ReadSettings(1 << 20, 1 << 20, 100);
    Reading reading = Reading.of(Reading.source(CSV, null), settings, folder.resolve("s"), file);
    assertThat(reading.messages())
        .hasSize(2)
        .allMatch(m -> m.contains("the header is longer than 100 bytes"));
  }

  @Test
  void findsNoDocumentsInAnEmptyFileOrBehindALoneHeader() throws IOException {
    for (String content : List.of("", "\uFEFF", "a,b", "a,b\r\n", "a,b\n\n\n")) {
      Reading reading = read(null, content);
      assertThat(reading.documents).isEmpty();
      assertThat(reading.failed).isEmpty();
    }
  }

  @Test
  void takesOtherDelimiters() throws IOException {
    for (char delimiter : new char[] {';', '\t', '|'}) {
      FileSource source =
          new FileSource(CSV, List.of("x"), null, false, delimiter, null, Duration.ZERO);
      Path file = write("a,b\n1,\"x,y\"\n".replace(',', delimiter));
      assertThat(Reading.of(source, file).jsons())
          .containsExactly(
              "{\"a\":\"1\",\"b\":\"x" + (delimiter == '\t' ? "\\t" : delimiter) + "y\"}");
    }
    FileSource odd = new FileSource(CSV, List.of("x"), null, false, '§', null, Duration.ZERO);
    assertThatThrownBy(() -> new FileSourceReader(odd))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("source.delimiter");
  }

  private Reading read(String id, String content) throws IOException {
    return Reading.of(Reading.source(CSV, id), write(content));
  }

  private Path write(String content) throws IOException {
    return Files.writeString(folder.resolve("a.csv"), content);
  }
}
