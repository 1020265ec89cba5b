package io.beambatch.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.job.FileSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Broken records of partitioned folders, as failures and as the next source. */
class PartitionColumnsTest {
  private static final String COLUMNS = "\"_columns\":{\"year\":\"2026\",\"city\":null}";

  @TempDir Path folder;

  @Test
  void aBrokenLineKeepsTheColumnsOfItsFile() throws IOException {
    Reading read = read(FileSource.Format.JSONL, "a.jsonl", "{\"a\":1}\n{oops\n");

    assertThat(read.jsons()).containsExactly("{\"a\":1,\"year\":\"2026\",\"city\":null}");
    assertThat(read.failedJsons()).containsExactly("{\"_line\":\"{oops\"," + COLUMNS + "}");
  }

  @Test
  void mendedLinesHaveTheColumnsOfTheFileThatTheyCameFrom() throws IOException {
    List<String> broken =
        read(FileSource.Format.JSONL, "a.jsonl", "{\"a\":1}\n{oops\n").failedJsons();

    assertThat(
            again(broken.get(0).replace("{oops", "{\\\"a\\\":2,\\\"city\\\":\\\"Ulm\\\"}")).jsons())
        .containsExactly("{\"a\":2,\"city\":\"Ulm\",\"year\":\"2026\"}");
    assertThat(again(broken.get(0)).failedJsons()).isEqualTo(broken);
  }

  @Test
  void mendedRowsHaveThemToo() throws IOException {
    List<String> broken = read(FileSource.Format.CSV, "a.csv", "id,text\n1\n").failedJsons();

    assertThat(broken)
        .containsExactly(
            "{\"_line\":\"1\",\"_csv\":{\"header\":[\"id\",\"text\"]}," + COLUMNS + "}");
    assertThat(again(broken.get(0).replace("\"1\"", "\"1,a\"")).jsons())
        .containsExactly("{\"id\":\"1\",\"text\":\"a\",\"year\":\"2026\",\"city\":null}");
    assertThat(again(broken.get(0)).failedJsons()).isEqualTo(broken);
  }

  @Test
  void aDocumentWithFieldsOfThoseNamesIsADocument() throws IOException {
    String document = "{\"_line\":\"{}\",\"_columns\":{\"a\":1},\"id\":1}";
    String other = "{\"_columns\":{\"year\":\"2026\"}}";

    assertThat(again(document).jsons()).containsExactly(document);
    assertThat(again(other).jsons()).containsExactly(other);
  }

  private Reading read(FileSource.Format format, String name, String content) throws IOException {
    Path file = folder.resolve("year=2026/city=__HIVE_DEFAULT_PARTITION__").resolve(name);
    Files.createDirectories(file.getParent());
    return Reading.of(Reading.source(format, null), Files.writeString(file, content));
  }

  /** A document in the next source, together with the reason that it failed for. */
  private Reading again(String failed) throws IOException {
    String line = failed.replaceFirst("}$", ",\"_failure\":{\"reason\":\"x\"}}") + "\n";
    return Reading.of(
        Reading.source(FileSource.Format.JSONL, null),
        Files.writeString(folder.resolve("failed.jsonl"), line));
  }
}
