package io.beambatch.records;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.beambatch.emulator.InstalledProgram;
import io.beambatch.schema.AvroJson;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Files that other programs wrote are the documents that those programs see in them, and keep their
 * values in a sink with types. The files and what they hold come from test-data/foreign/make.py.
 * Prints which program's types were compared, and how many values.
 */
class ForeignFilesTest {
  private static final Path CHECKED_IN = Path.of("test-data", "foreign");
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  private static final Map<String, Compared> TABLE = new TreeMap<>();

  @TempDir Path folder;

  static List<String> files() throws IOException {
    return files(CHECKED_IN);
  }

  private static List<String> files(Path of) throws IOException {
    try (Stream<Path> expected = Files.list(of.resolve("expected"))) {
      return expected
          .map(file -> file.getFileName().toString().replaceFirst("\\.jsonl$", ""))
          .filter(name -> name.endsWith(".parquet") || name.endsWith(".avro"))
          .sorted()
          .toList();
    }
  }

  private static RowInput open(Path of, String name) throws IOException {
    RowFormat format = name.endsWith(".parquet") ? RowFormat.PARQUET : RowFormat.AVRO;
    return format.open(of.resolve("files/" + name).toString());
  }

  @BeforeAll
  static void empty() {
    TABLE.clear();
  }

  @AfterAll
  static void table() {
    StringBuilder table = new StringBuilder();
    table.append(String.format("%-44s %-40s %7s %6s%n", "file", "columns", "values", "wrong"));
    TABLE.forEach((name, compared) -> table.append(compared.line(name)));
    long values = TABLE.values().stream().mapToLong(compared -> compared.values).sum();
    long wrong = TABLE.values().stream().mapToLong(compared -> compared.wrong).sum();
    table.append(
        String.format("%-44s %-40s %7d %6d%n", TABLE.size() + " files", "", values, wrong));
    System.out.print(table);
  }

  @ParameterizedTest
  @MethodSource("files")
  void everyValueIsTheOneThatItsWriterSees(String name) throws IOException {
    assertSame(CHECKED_IN, name);
  }

  @ParameterizedTest
  @MethodSource("files")
  void everyValueStaysInSinksWithTypes(String name) throws IOException {
    RowInput file = open(CHECKED_IN, name);
    List<String> read = ReadRecords.of(file);
    for (RowFormat format : RowFormat.values()) {
      RowInput written = format.open(copy(file, read, name, format).toString());
      assertThat(ReadRecords.of(written)).as("%s", format).isEqualTo(read);
      if (format == RowFormat.AVRO) {
        assertThat(written.schema()).isEqualTo(file.schema());
      }
    }
  }

  @Test
  @Tag("slow")
  void filesMadeAgainAreReadAlikeAndOtherProgramsSeeTheSameInWhatWeWrite() throws Exception {
    Path made = folder.resolve("made");
    run("make.py", made.toString());
    Files.createDirectories(folder.resolve("written"));
    for (String name : files(made)) {
      assertSame(made, name);
      RowInput file = open(made, name);
      List<String> read = ReadRecords.of(file);
      for (RowFormat format : RowFormat.values()) {
        copy(file, read, "written/" + name, format);
      }
    }
    run("judge.py", made.toString(), folder.resolve("written").toString());
  }

  private void run(String script, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(InstalledProgram.named("BEAMBATCH_FOREIGN_PYTHON").toString());
    command.add(CHECKED_IN.resolve(script).toString());
    command.addAll(List.of(arguments));
    Path said = folder.resolve("said");
    int ended =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start()
            .waitFor();
    assertThat(ended).as(Files.readString(said)).isZero();
  }

  private Path copy(RowInput file, List<String> read, String name, RowFormat format)
      throws IOException {
    format.checkCanHold(file.schema());
    AvroJson json = AvroJson.of(file.schema());
    Path copy = folder.resolve(name + (format == RowFormat.AVRO ? ".avro" : ".parquet"));
    try (OutputStream out = Files.newOutputStream(copy);
        RowOutput rows = format.write(out, file.schema(), "none")) {
      for (String row : read) {
        rows.add(json.record(row));
      }
    }
    return copy;
  }

  private static void assertSame(Path of, String name) throws IOException {
    List<String> expected = Files.readAllLines(of.resolve("expected/" + name + ".jsonl"));
    List<String> read = ReadRecords.of(open(of, name));
    assertThat(read).as(name).hasSameSizeAs(expected);
    Compared compared = TABLE.computeIfAbsent(name, key -> new Compared());
    List<String> differences = new ArrayList<>();
    for (int i = 0; i < read.size(); i++) {
      String path = name + ", row " + (i + 1) + ": ";
      compared.compare(
          path, JSON.readTree(expected.get(i)), JSON.readTree(read.get(i)), differences);
    }
    assertThat(differences).isEmpty();
  }

  /** What was compared of one file. */
  private static final class Compared {
    private final List<String> columns = new ArrayList<>();
    private long values;
    private long wrong;

    String line(String name) {
      String listed = String.join(" ", columns);
      String shown = listed.length() > 40 ? listed.substring(0, 39) + "…" : listed;
      return String.format("%-44s %-40s %7d %6d%n", name, shown, values, wrong);
    }

    void compare(String row, JsonNode expected, JsonNode read, List<String> differences) {
      expected.fieldNames().forEachRemaining(this::column);
      int before = differences.size();
      compareValues(row, expected, read, differences);
      wrong += differences.size() - before;
    }

    private void column(String name) {
      if (!columns.contains(name)) {
        columns.add(name);
      }
    }

    /** The order of fields is compared, too. */
    private void compareValues(
        String path, JsonNode expected, JsonNode read, List<String> differences) {
      if (expected.isObject() && read.isObject() && expected.size() == read.size()) {
        Iterator<Map.Entry<String, JsonNode>> fields = read.properties().iterator();
        for (Map.Entry<String, JsonNode> field : expected.properties()) {
          Map.Entry<String, JsonNode> other = fields.next();
          String fieldPath = path + "." + field.getKey();
          if (field.getKey().equals(other.getKey())) {
            compareValues(fieldPath, field.getValue(), other.getValue(), differences);
          } else {
            differences.add(fieldPath + " is called " + other.getKey());
          }
        }
      } else if (expected.isArray() && read.isArray() && expected.size() == read.size()) {
        for (int i = 0; i < expected.size(); i++) {
          compareValues(path + "[" + i + "]", expected.get(i), read.get(i), differences);
        }
      } else {
        values++;
        if (!same(expected, read)) {
          differences.add(path + " is " + read + ", not " + expected);
        }
      }
    }

    private static boolean same(JsonNode expected, JsonNode read) {
      if (!expected.isNumber() || !read.isNumber()) {
        return expected.equals(read);
      }
      // Two shortest texts of one double may differ.
      return expected.decimalValue().compareTo(read.decimalValue()) == 0
          || (expected.isFloatingPointNumber() && expected.doubleValue() == read.doubleValue());
    }
  }
}
