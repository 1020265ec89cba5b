package io.beambatch.source;

import static io.beambatch.job.FileSource.Format.AVRO;
import static io.beambatch.job.FileSource.Format.CSV;
import static io.beambatch.job.FileSource.Format.JSON;
import static io.beambatch.job.FileSource.Format.JSONL;
import static io.beambatch.job.FileSource.Format.PARQUET;
import static io.beambatch.job.FileSource.Format.TEXT;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.beambatch.error.ExitCode;
import io.beambatch.job.CsvDialect;
import io.beambatch.job.FileSource;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a file looks like that isn't what the job says, and what mends it. */
class SourceCheckTest {
  private static final String ROW = "{\"id\":1,\"text\":\"a\"}";

  @TempDir Path folder;

  @Test
  void jsonLinesWithoutAnyObjectAreOneError() throws IOException {
    says(JSONL, (ROW + ",\n").repeat(3), "each ends with a comma: sed 's/,$//' a > lines-a");
    says(JSONL, ("\u001e" + ROW + "\n").repeat(3), "(RFC 7464): tr -d '\\036' < a > lines-a");
    says(JSONL, "{'id': 1, 'text': None}\n".repeat(3), "a dictionary as Python shows it");
    says(JSONL, "{\"id\": NaN}\n".repeat(20), "see what is wrong: jq . a");
    says(JSONL, ROW + ROW, "several objects in a line; set source.type to json");
    says(JSONL, ROW + "\r" + ROW + "\r", "several objects in a line; set source.type to json");
    says(JSONL, "id,text\n1,a\n2,b\n", "none of its first 3 lines is an object");
    says(JSONL, "<?xml version='1.0'?>\n<a>\n</a>\n", "none of its first 3 lines is an object");
  }

  @Test
  void aMistakeInALineIsNoWrongSource() throws IOException {
    assertThat(read(JSONL, (ROW + ",\n").repeat(3) + ROW).failed).hasSize(3);
    assertThat(read(JSONL, ROW + ROW + "\n" + ROW).failed).hasSize(1);
    assertThat(read(JSONL, "42\nnull\n").failed).hasSize(2);
    assertThat(read(CSV, "id,text\n1;2,a,b\n").failed).hasSize(1);
  }

  @Test
  void aTableByColumnsWouldBeOneDocument() throws IOException {
    for (FileSource.Format format : new FileSource.Format[] {JSON, JSONL}) {
      says(format, "{\"id\":{\"0\":1,\"1\":2},\"text\":{\"0\":\"a\"}}", "orient=\"records\"");
      says(
          format, "{\"columns\":[\"id\"],\"index\":[0],\"data\":[[1]]}", "a column-oriented table");
      says(
          format,
          "{\"schema\":{\"fields\":[{\"name\":\"index\",\"type\":\"integer\"}]},\"data\":[]}",
          "a column-oriented table");
      assertThat(read(format, "{\"labels\":{\"0\":\"cat\"},\"text\":\"a\"}").documents).hasSize(1);
      assertThat(read(format, "{\"a\":{\"0\":1}}\n{\"a\":{\"0\":2}}\n").documents).hasSize(2);
    }
  }

  @Test
  void csvOfAnotherKindIsOneError() throws IOException {
    says(CSV, ROW + "\n" + ROW + "\n", "is JSON, not CSV");
    says(CSV, "[" + ROW + "]", "is JSON, not CSV");
    says(CSV, "<!DOCTYPE html>\n", "is XML or HTML");
    says(CSV, "id\u0001text\n1\u0001a\n", "set source.delimiter to \"\\u0001\"");
    says(CSV, "id^text\n1^a\n", "set source.delimiter to \"^\"");
    says(CSV, "\"id;x\";\"text\"\n1;2\n", "set source.delimiter to \";\"");
    says(CSV, "id;a,b\n1;2\n", "looks as if ';' separated its columns");
    says(CSV, "id\ttext, long\n1\ta, b, c\n", "set source.delimiter to \"\\t\"");
    assertThat(read(CSV, ",column_1\na,b\n").jsons())
        .containsExactly("{\"column_1_\":\"a\",\"column_1\":\"b\"}");
  }

  @ParameterizedTest
  @CsvSource({"UTF-16,UTF-16", "UTF-16LE,UTF-16LE", "UTF-16BE,UTF-16BE", "UTF-32LE,UTF-32"})
  void wideTextIsNamedWithItsEncoding(String charset, String name) throws IOException {
    String mark = charset.equals("UTF-32LE") ? "\uFEFF" : "";
    byte[] text = (mark + "id,text\n1,a\n".repeat(9)).getBytes(Charset.forName(charset));
    for (FileSource source : sources()) {
      says(
          source,
          text,
          "is " + name + " text; convert it: iconv -f " + name + " -t UTF-8 a > utf8-a");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'\u00fd7zXZ\0', xz data",
    "']\0\0\u0080\0', LZMA data",
    "'PK\u0003\u0004', Excel workbook",
    "'\u0089PNG', a PNG image",
    "'\u007fELF', a program",
    "'%PDF-', a PDF",
    "'ARROW1', an Arrow file",
    "'ORC', an ORC file",
  })
  void whatIsNoTextIsNamed(String start, String words) throws IOException {
    byte[] content = (start + "x".repeat(99)).getBytes(ISO_8859_1);
    for (FileSource source : sources()) {
      says(source, content, words);
    }
  }

  @Test
  void aFileFullOfZerosIsBinary() throws IOException {
    for (FileSource source : sources()) {
      says(source, new byte[200], "is binary, not text");
    }
  }

  @Test
  void filesWithASchemaAreCheckedBeforeTheyAreOpened() throws IOException {
    for (FileSource.Format format : new FileSource.Format[] {AVRO, PARQUET}) {
      says(format, "", "is empty");
      says(format, ROW, "but JSON; set source.type to jsonl or json");
      says(format, "id,text\n", "but something else; set source.type to what it is");
    }
    says(AVRO, "PAR1", "set source.type to parquet");
    Path file = Files.writeString(folder.resolve("a.parquet.gz"), "");
    says(Reading.source(PARQUET, null), file, "the name of a compressed file");
  }

  @Test
  void aWatchedSourceGoesOnAndTheFileStandsAsOneFailedDocument() throws IOException {
    Path image =
        Files.write(folder.resolve("a"), ("\u0089PNG" + "x".repeat(99)).getBytes(ISO_8859_1));
    Path rows = Files.writeString(folder.resolve("a.avro"), "Obj\u0001\u0002");

    for (boolean whole : new boolean[] {true, false}) {
      Reading read = Reading.of(watched(TEXT, whole), image);
      assertThat(read.messages()).singleElement().asString().contains("is a PNG image");
      assertThat(read.documents).isEmpty();
    }
    assertThat(Reading.of(watched(AVRO, false), rows).messages())
        .singleElement()
        .asString()
        .contains("cut off in its header");
  }

  private static FileSource watched(FileSource.Format format, boolean whole) {
    return new FileSource(
        format,
        List.of("unused"),
        null,
        whole,
        CsvDialect.STANDARD,
        Duration.ofSeconds(1),
        Duration.ofMinutes(5));
  }

  private static FileSource[] sources() {
    return new FileSource[] {
      Reading.source(CSV, null),
      Reading.source(JSONL, null),
      Reading.source(TEXT, null),
      Reading.wholeFiles(null)
    };
  }

  private void says(FileSource.Format format, String content, String told) throws IOException {
    says(Reading.source(format, null), content.getBytes(ISO_8859_1), told);
  }

  private void says(FileSource source, byte[] content, String told) throws IOException {
    says(source, Files.write(folder.resolve("a"), content), told);
  }

  private static void says(FileSource source, Path file, String told) {
    SourceException error =
        catchThrowableOfType(SourceException.class, () -> Reading.of(source, file));
    assertThat(error)
        .as(told)
        .isNotNull()
        .hasMessageContaining(told)
        .hasMessageContaining("" + file);
    assertThat(error.exitCode()).isEqualTo(ExitCode.USAGE);
  }

  private Reading read(FileSource.Format format, String content) throws IOException {
    return Reading.of(
        Reading.source(format, null), Files.writeString(folder.resolve("a"), content));
  }
}
