package io.beambatch.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.cli.Said;
import io.beambatch.cli.Workplace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Documents hold what a spreadsheet would run as a formula. With {@code sink.escape_formulas} none
 * of it begins a cell of the answers, or of their header; without it every cell is what it was.
 */
@Tag("slow")
class AFormulaStaysATextTest {
  private static final List<String> FORMULAS =
      List.of(
          "=HYPERLINK(1)",
          "+cmd|' /C calc'!A0",
          "-1+1",
          "@SUM(1)",
          "\t=1",
          "\r=1",
          "\n=1",
          "\uff1d1");
  private static final List<String> TEXTS = List.of("-5.50", "+49", "-1e-7", "a=1", "'=1");

  @TempDir Path folder;

  @Test
  void ifTheJobSaysSo() throws Exception {
    List<List<String>> escaped = cells("true");
    List<List<String>> plain = cells("false");

    assertThat(escaped.get(0)).contains("'=a", "text").doesNotContain("=a");
    assertThat(plain.get(0)).contains("=a", "text");
    assertThat(column(escaped, 0))
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, FORMULAS.size() + TEXTS.size())
                .mapToObj(i -> i < FORMULAS.size() ? "'" + FORMULAS.get(i) : text(i))
                .toList());
    assertThat(column(plain, 0))
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, FORMULAS.size() + TEXTS.size())
                .mapToObj(AFormulaStaysATextTest::text)
                .toList());
  }

  private static String text(int i) {
    return i < FORMULAS.size() ? FORMULAS.get(i) : TEXTS.get(i - FORMULAS.size());
  }

  private static List<String> column(List<List<String>> rows, int column) {
    return rows.stream().skip(1).map(row -> row.get(column)).toList();
  }

  private List<List<String>> cells(String escape) throws IOException {
    Workplace workplace = new Workplace(Files.createDirectory(folder.resolve(escape)));
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < FORMULAS.size() + TEXTS.size(); i++) {
      lines
          .append(Workplace.JSON.createObjectNode().put("=a", text(i)).put("text", "good " + i))
          .append('\n');
    }
    Path source = workplace.write("reviews.jsonl", lines.toString());
    Said said =
        workplace.run(
            "pipelines/sentiment.yaml",
            "--set",
            "source.path=" + source,
            "--set",
            "source.id=",
            "--set",
            "sink.type=csv",
            "--set",
            "sink.escape_formulas=" + escape);
    assertThat(said.exitCode()).as("%s", said).isZero();
    Path file = Workplace.files(workplace.sink(), ".csv").get(0);
    try (CSVParser rows = CSVParser.parse(Files.readString(file), CSVFormat.RFC4180)) {
      return rows.stream().map(CSVRecord::toList).toList();
    }
  }
}
