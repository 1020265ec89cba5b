package io.beambatch.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.beambatch.document.Document;
import io.beambatch.job.CsvDialect;
import io.beambatch.job.FileSource;
import io.beambatch.job.FileSource.Format;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Files of text that other programs wrote are the documents that they were written of. The files,
 * and what they hold, come from test-data/foreign/text_files.py and spark_text_files.py.
 */
class ForeignTextFilesTest {
  private static final Path FOREIGN =
      Path.of(System.getProperty("foreign.files", "test-data/foreign")).toAbsolutePath();
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final CsvDialect TABS = new CsvDialect('\t', null, null, false);
  private static final CsvDialect BACKSLASH = new CsvDialect(',', '"', '\\', false);

  @TempDir Path folder;

  @BeforeAll
  static void setUpFileSystems() {
    FileSystems.setDefaultPipelineOptions(PipelineOptionsFactory.create());
  }

  @ParameterizedTest
  @CsvSource({
    "excel-mac.csv, CSV",
    "mac.txt, TEXT",
    "excel-sep.csv, CSV",
    "pandas-index.csv, CSV",
    "pandas-escape.csv, CSV",
    "pandas-unquoted.tsv, CSV",
    "pandas-single-quote.csv, CSV",
    "pandas-bom.csv, CSV",
    "pandas-records.json, JSON",
    "python-indented.json, JSON",
    "python-objects.json, JSON",
    "duckdb-escape.csv, CSV",
    "duckdb-array.json, JSON"
  })
  void everyDocumentIsWhatItWas(String name, Format format) throws IOException {
    for (long split : new long[] {1, 20, 1 << 20}) {
      Reading reading =
          Reading.of(
              source(format, dialect(name)),
              Reading.splitsOf(split),
              folder.resolve("staging"),
              FOREIGN.resolve("files/" + name));
      assertThat(reading.messages()).isEmpty();
      assertThat(documents(reading.documents)).isEqualTo(expected(name));
      assertThat(reading.ids()).doesNotHaveDuplicates();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "duckdb-partitions-csv, CSV",
    "duckdb-partitions-parquet, PARQUET",
    "spark-partitions-csv, CSV"
  })
  void foldersAreFieldsAndWhatIsHiddenIsNoFile(String name, Format format) throws IOException {
    FileSource source = source(format, name.startsWith("spark") ? BACKSLASH : CsvDialect.STANDARD);
    List<Document> documents = new ArrayList<>();
    String pattern = FOREIGN.resolve("files/" + name) + "/*/*/*";
    for (String file : new TreeSet<>(FilePatterns.matchAll(List.of(pattern)))) {
      Reading reading = Reading.of(source, Path.of(file));
      assertThat(reading.messages()).isEmpty();
      documents.addAll(reading.documents);
    }
    assertThat(documents(documents)).containsExactlyInAnyOrderElementsOf(expected(name));
  }

  @Test
  void leavesNoMarkerOfSparkToAPattern() throws IOException {
    Path spark = FOREIGN.resolve("files/spark-partitions-csv");
    assertThat(FilePatterns.matchAny(List.of(spark + "/*/*/part-*", spark + "/**.csv"))).hasSize(3);
    assertThatThrownBy(() -> FilePatterns.matchAll(List.of(spark + "/*SUCCESS*")))
        .hasMessageContaining("but hidden ones, whose names begin with '.' or '_'");
    assertThat(FilePatterns.matchAll(List.of(spark + "/_*", spark + "/.*"))).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "pandas-utf16.csv | CSV | is UTF-16 text; convert it: iconv -f UTF-16 -t UTF-8",
        "pandas-records.json | JSONL | is a JSON array, not one object a line; set source.type to json",
        "python-indented.json | JSONL | is a JSON array, not one object a line; set source.type to json",
        "python-objects.json | JSONL | has JSON over several lines, not one object a line",
        "pandas-bom.csv | CSV | with ';' in it; set source.delimiter to \";\"",
        "pandas-unquoted.tsv | CSV | with '\\t' in it; set source.delimiter to \"\\t\"",
        "excel-sep.csv | CSV | says sep=; in its first line; set source.delimiter to \";\"",
        "excel-mac.csv | PARQUET | is not what 'type: parquet' reads",
        "pandas-records.json | AVRO | is not what 'type: avro' reads, but JSON; set source.type",
        "duckdb-partitions-parquet/year=2025/city=__HIVE_DEFAULT_PARTITION__/data_0.parquet | CSV | is a Parquet file, not what 'type: csv' reads; set source.type to parquet",
      })
  void aFileThatIsSomethingElseIsOneError(String name, Format format, String told) {
    Path file = FOREIGN.resolve("files/" + name);
    assertThatThrownBy(() -> Reading.of(source(format, CsvDialect.STANDARD), file))
        .isInstanceOf(SourceException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(told);
  }

  private static CsvDialect dialect(String name) {
    return switch (name) {
      case "pandas-unquoted.tsv" -> TABS;
      case "pandas-single-quote.csv" -> new CsvDialect(',', '\'', null, false);
      case "excel-sep.csv", "pandas-bom.csv" -> CsvDialect.of(';');
      case "pandas-escape.csv" -> BACKSLASH;
      case "duckdb-escape.csv" -> BACKSLASH;
      default -> CsvDialect.STANDARD;
    };
  }

  private static FileSource source(Format format, CsvDialect csv) {
    return new FileSource(format, List.of("unused"), null, false, csv, null, Duration.ofMinutes(5));
  }

  private static List<JsonNode> expected(String name) throws IOException {
    List<JsonNode> expected = new ArrayList<>();
    for (String line : Files.readAllLines(FOREIGN.resolve("expected/" + name + ".jsonl"))) {
      expected.add(JSON.readTree(line));
    }
    return expected;
  }

  private static List<JsonNode> documents(List<Document> documents) throws IOException {
    List<JsonNode> read = new ArrayList<>();
    for (Document document : documents) {
      assertThat(document.json()).doesNotContain("\n", "\r");
      read.add(JSON.readTree(document.json()));
    }
    return read;
  }
}
