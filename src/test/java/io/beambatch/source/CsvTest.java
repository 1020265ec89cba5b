package io.beambatch.source;

import static io.beambatch.job.FileSource.Format.CSV;
import static io.beambatch.job.FileSource.Format.JSONL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.document.Document;
import io.beambatch.job.CsvDialect;
import io.beambatch.job.FileSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
  void tellsBrokenRecordsAndGoesOnAfterThem() throws IOException {
    Reading reading =
        read(null, "a,b\n1\n1,2,3\n\"x\"y,2\n1,\0\nok,\"ok\"\n1,\"never closed\nnext,line\n");
    assertThat(reading.jsons()).containsExactly("{\"a\":\"ok\",\"b\":\"ok\"}");
    assertThat(reading.messages())
        .satisfiesExactly(
            m ->
                assertThat(m)
                    .endsWith(
                        "a.csv:2: 1 field, but the header has 2; if its last cells are left out,"
                            + " say source.ragged: true"),
            m -> assertThat(m).endsWith("a.csv:3: 3 fields, but the header has 2"),
            m -> assertThat(m).contains("a.csv:4: text between a closing quote and the delimiter"),
            m -> assertThat(m).contains("a.csv:5: a NUL character"),
            m -> assertThat(m).contains("a.csv:7: a quote is opened").contains("line 8"));
    assertThat(reading.failedJsons().get(4))
        .isEqualTo(
            "{\"_line\":\"1,\\\"never closed\\nnext,line\\n\",\"_csv\":{\"header\":[\"a\",\"b\"]}}");
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

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "a,b,a^1,2,3 | the header has the name 'a' twice, for columns 1 and 3; rename one",
        "^a^1 | the header is empty; the first line should name the columns",
        "\"a\"x,b^1,2 | the header has a fault: text between a closing quote",
        "a,\"b^1,2 | the header opens a quote and never closes it",
        "a,\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"^1,2 | longer than 40 bytes",
        "id;text^1;2 | header of one column, with ';' in it; set source.delimiter to \";\"",
        "id~text^1~2 | header of one column, with '\\t' in it; set source.delimiter to \"\\t\"",
        "sep=;^id;text^1;2 | says sep=; in its first line; set source.delimiter to \";\"",
        "{\"id\": 1}^{\"id\": 2} | is JSON, not CSV; set source.type to jsonl"
      })
  void isOneErrorIfTheHeaderIsNone(String content, String told) throws IOException {
    Path file = write(content.replace('^', '\n').replace('~', '\t') + "\n");
    ReadSettings settings = new ReadSettings(1 << 20, 1 << 20, 40);
    assertThatThrownBy(
            () -> Reading.of(Reading.source(CSV, null), settings, folder.resolve("s"), file))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(told);
  }

  @Test
  void givesAWatchedSourcesFileWithoutAHeaderAsOneFailedDocument() throws IOException {
    FileSource watched =
        new FileSource(
            CSV,
            List.of("x"),
            null,
            false,
            CsvDialect.STANDARD,
            Duration.ofSeconds(1),
            Duration.ofSeconds(9));
    Reading reading = Reading.of(watched, write("a,a\n1,2\n3,4\n"));
    assertThat(reading.documents).isEmpty();
    assertThat(reading.messages()).singleElement().asString().contains("has the name 'a' twice");
    assertThat(reading.failedJsons()).singleElement().asString().startsWith("{\"_source\":");
  }

  @Test
  void namesAColumnThatHasNoName() throws IOException {
    assertThat(read(null, "a,,b,\n1,2,3,4\n").jsons())
        .containsExactly("{\"a\":\"1\",\"column_2\":\"2\",\"b\":\"3\",\"column_4\":\"4\"}");
  }

  @Test
  void endsRecordsAtEveryKindOfLineEndAndCountsThem() throws IOException {
    for (long split : new long[] {1, 7, 1 << 20}) {
      Path file = write("a,b\r1,\"x\ry\r\nz\"\r\r\n2,3\r\n4,5\n6\r");
      Reading reading =
          Reading.of(Reading.source(CSV, null), Reading.splitsOf(split), folder.resolve("s"), file);
      assertThat(reading.documents)
          .containsExactly(
              new Document("a.csv:2", "{\"a\":\"1\",\"b\":\"x\\ry\\r\\nz\"}"),
              new Document("a.csv:6", "{\"a\":\"2\",\"b\":\"3\"}"),
              new Document("a.csv:7", "{\"a\":\"4\",\"b\":\"5\"}"));
      assertThat(reading.messages()).singleElement().asString().contains("a.csv:8: 1 field");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      nullValues = "-",
      value = {
        // quote, escape, row, the two cells as JSON
        "~ | - | ~a,'b~,1 | \"a,'b\",\"1\"",
        "' | - | 'a,''b',1 | \"a,'b\",\"1\"",
        "- | - | \"a,b\" | \"\\\"a\",\"b\\\"\"",
        "\" | \\ | \"\\\"a\\\\\",C:\\new\\\\ | \"\\\"a\\\\\",\"C:\\\\new\\\\\\\\\"",
        "\" | \\ | \"C:\\new\",\\N | \"C:\\\\new\",null",
        "- | \\ | a\\,b\\\\,C:\\new | \"a,b\\\\\",\"C:\\\\new\"",
        "- | \\ | a\\^b,\\N | \"a\\nb\",null"
      })
  void readsDialects(Character quote, Character escape, String row, String cells)
      throws IOException {
    FileSource source = of(new CsvDialect(',', quote, escape, false));
    Reading reading = Reading.of(source, write("a,b\n" + row.replace('^', '\n') + "\nx,y\n"));
    assertThat(reading.failed).isEmpty();
    assertThat(reading.jsons())
        .map(json -> json.replaceAll("[{}]|\"[ab]\":", ""))
        .containsExactly(cells, "\"x\",\"y\"");
  }

  @Test
  void fillsRowsThatLeaveOutTheirLastCellsIfTheJobSaysSo() throws IOException {
    Reading reading =
        Reading.of(of(new CsvDialect(',', '"', null, true)), write("a,b,c\n1\n1,2\n1,2,3,4\n"));
    assertThat(reading.jsons())
        .containsExactly(
            "{\"a\":\"1\",\"b\":\"\",\"c\":\"\"}", "{\"a\":\"1\",\"b\":\"2\",\"c\":\"\"}");
    assertThat(reading.messages())
        .singleElement()
        .asString()
        .endsWith("4 fields, but the header has 3");
  }

  @Test
  void dropsDelimitersAfterTheLastCellIfTheJobSaysSo() throws IOException {
    Path file = Files.writeString(folder.resolve("a.csv"), "id,text\n1,a,\n2,b,,\n3,c,d\n");
    CsvDialect ragged = new CsvDialect(',', '"', null, true);

    Reading strict = Reading.of(of(CsvDialect.STANDARD), file);
    Reading lenient = Reading.of(of(ragged), file);

    assertThat(strict.messages().get(0))
        .endsWith(
            "3 fields, but the header has 2; if rows end with a delimiter, say source.ragged: true");
    assertThat(strict.messages().get(2)).endsWith("3 fields, but the header has 2");
    assertThat(lenient.jsons())
        .containsExactly("{\"id\":\"1\",\"text\":\"a\"}", "{\"id\":\"2\",\"text\":\"b\"}");
    assertThat(lenient.failed).hasSize(1);
  }

  @Test
  void readsItsInvalidRowsAgainOnceTheyAreFixed() throws IOException {
    CsvDialect dialect = new CsvDialect(';', '\'', '\\', false);
    Reading first = Reading.of(of(dialect), write("id;text\n1;'it\\'s';3\n2;'x'y\n"));
    assertThat(first.failedJsons())
        .containsExactly(
            "{\"_line\":\"1;'it\\\\'s';3\",\"_csv\":{\"header\":[\"id\",\"text\"],\"delimiter\":\";\","
                + "\"quote\":\"'\",\"escape\":\"\\\\\"}}",
            "{\"_line\":\"2;'x'y\",\"_csv\":{\"header\":[\"id\",\"text\"],\"delimiter\":\";\","
                + "\"quote\":\"'\",\"escape\":\"\\\\\"}}");
    String failed = String.join("\n", first.failedJsons());
    Path file = Files.writeString(folder.resolve("failed.jsonl"), failed);

    Reading again = Reading.of(Reading.source(JSONL, "id"), file);
    assertThat(again.failedJsons()).isEqualTo(first.failedJsons());

    Files.writeString(file, failed.replace(";3", ""));
    Reading mended = Reading.of(Reading.source(JSONL, "id"), file);
    assertThat(mended.documents)
        .containsExactly(new Document("1", "{\"id\":\"1\",\"text\":\"it's\"}"));
    assertThat(mended.messages()).singleElement().asString().contains("(in _line)");
  }

  private static FileSource of(CsvDialect dialect) {
    return new FileSource(CSV, List.of("x"), null, false, dialect, null, Duration.ZERO);
  }

  @Test
  void findsNoDocumentsInAnEmptyFileOrAfterALoneHeader() throws IOException {
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
          new FileSource(
              CSV, List.of("x"), null, false, CsvDialect.of(delimiter), null, Duration.ZERO);
      Path file = write("a,b\n1,\"x,y\"\n".replace(',', delimiter));
      assertThat(Reading.of(source, file).jsons())
          .containsExactly(
              "{\"a\":\"1\",\"b\":\"x" + (delimiter == '\t' ? "\\t" : delimiter) + "y\"}");
    }
    FileSource odd =
        new FileSource(CSV, List.of("x"), null, false, CsvDialect.of('§'), null, Duration.ZERO);
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
