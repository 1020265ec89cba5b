package io.beambatch.records;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.beambatch.schema.AvroJson;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Files that other programs wrote are the documents that those programs see in them, and keep their
 * values in a sink with types. The files and what they hold come from test-data/foreign/make.py.
 */
class ForeignFilesTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("foreign.files", "test-data/foreign"));
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  @TempDir Path folder;

  static List<String> files() throws IOException {
    try (Stream<Path> expected = Files.list(FOLDER.resolve("expected"))) {
      return expected
          .map(file -> file.getFileName().toString().replaceFirst("\\.jsonl$", ""))
          .filter(name -> format(name) != null)
          .sorted()
          .toList();
    }
  }

  private static RowFormat format(String name) {
    return name.endsWith(".parquet")
        ? RowFormat.PARQUET
        : name.endsWith(".avro") ? RowFormat.AVRO : null;
  }

  @ParameterizedTest
  @MethodSource("files")
  void everyValueIsTheOneThatItsWriterSees(String name) throws IOException {
    List<String> expected = Files.readAllLines(FOLDER.resolve("expected/" + name + ".jsonl"));
    List<String> read = read(format(name).open(FOLDER.resolve("files/" + name).toString()));
    assertThat(read).hasSameSizeAs(expected);
    for (int i = 0; i < read.size(); i++) {
      String difference =
          difference("", JSON.readTree(expected.get(i)), JSON.readTree(read.get(i)));
      assertThat(difference).as("row %d%n%s%n%s", i + 1, expected.get(i), read.get(i)).isNull();
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void everyValueStaysInSinksWithTypes(String name) throws IOException {
    RowInput file = format(name).open(FOLDER.resolve("files/" + name).toString());
    List<String> read = read(file);
    AvroJson json = AvroJson.of(file.schema());
    for (RowFormat format : RowFormat.values()) {
      format.checkCanHold(file.schema());
      Path copy = folder.resolve(name + "." + format);
      try (OutputStream out = Files.newOutputStream(copy);
          RowOutput rows = format.write(out, file.schema(), "none")) {
        for (String row : read) {
          rows.add(json.record(row));
        }
      }
      RowInput written = format.open(copy.toString());
      assertThat(read(written)).as("%s", format).isEqualTo(read);
      if (format == RowFormat.AVRO) {
        assertThat(written.schema()).isEqualTo(file.schema());
      }
    }
  }

  private static List<String> read(RowInput file) throws IOException {
    List<String> read = new ArrayList<>();
    file.split(
        1,
        Long.MAX_VALUE,
        split -> {
          try {
            file.read(
                split,
                new RowInput.Receiver() {
                  @Override
                  public void record(long number, String json) {
                    read.add(json);
                  }

                  @Override
                  public void invalid(long number, String problem) {
                    throw new AssertionError("record " + number + ": " + problem);
                  }
                });
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    return read;
  }

  /** Where two values differ, the order of fields included; null if nowhere. */
  private static String difference(String path, JsonNode expected, JsonNode read) {
    if (expected.isNumber() && read.isNumber()) {
      boolean same =
          expected.decimalValue().compareTo(read.decimalValue()) == 0
              || (expected.isFloatingPointNumber() && expected.doubleValue() == read.doubleValue());
      return same ? null : path + ": " + read + " is not " + expected;
    }
    if (expected.isObject() && read.isObject() && expected.size() == read.size()) {
      Iterator<Map.Entry<String, JsonNode>> fields = read.properties().iterator();
      for (Map.Entry<String, JsonNode> field : expected.properties()) {
        Map.Entry<String, JsonNode> other = fields.next();
        if (!field.getKey().equals(other.getKey())) {
          return path + ": field " + other.getKey() + " is not " + field.getKey();
        }
        String inner = difference(path + "." + field.getKey(), field.getValue(), other.getValue());
        if (inner != null) {
          return inner;
        }
      }
      return null;
    }
    if (expected.isArray() && read.isArray() && expected.size() == read.size()) {
      for (int i = 0; i < expected.size(); i++) {
        String inner = difference(path + "[" + i + "]", expected.get(i), read.get(i));
        if (inner != null) {
          return inner;
        }
      }
      return null;
    }
    return expected.equals(read) ? null : path + ": " + read + " is not " + expected;
  }
}
