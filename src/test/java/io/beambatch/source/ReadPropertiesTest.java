package io.beambatch.source;

import static io.beambatch.job.FileSource.Format.CSV;
import static io.beambatch.job.FileSource.Format.JSONL;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.FoldersInMemory;
import io.beambatch.job.FileSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

class ReadPropertiesTest {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static Path folder;

  @BeforeContainer
  static void createFolder() throws IOException {
    folder = FoldersInMemory.create("read-properties");
  }

  @AfterContainer
  static void deleteFolder() throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  @Property(tries = 300)
  void anyJsonObjectsComeThroughByteForByte(
      @ForAll("jsonObjects") List<String> objects, @ForAll @IntRange(min = 1, max = 200) int split)
      throws IOException {
    Path file = Files.write(folder.resolve("a.jsonl"), objects, UTF_8);
    Reading reading = read(file, JSONL, split);
    assertThat(reading.messages()).isEmpty();
    assertThat(reading.jsons()).isEqualTo(objects);
  }

  @Property(tries = 300)
  void droppingReservedFieldsLeavesEqualObjects(
      @ForAll("jsonObjects") List<String> objects, @ForAll @IntRange(max = 5) int place)
      throws IOException, InvalidRecordException {
    for (String object : objects) {
      ObjectNode expected = (ObjectNode) MAPPER.readTree(object);
      ObjectNode with = JsonNodeFactory.instance.objectNode();
      int i = 0;
      for (Map.Entry<String, JsonNode> field : expected.properties()) {
        if (i++ == place) {
          with.put("_batch", "a,b}").putObject("_failure").put("message", "\"},{\"");
        }
        with.set(field.getKey(), field.getValue());
      }
      with.put("_batch", 1);
      byte[] bytes = (" " + MAPPER.writeValueAsString(with) + " ").getBytes(UTF_8);
      String cut = SourceJson.withoutReserved(bytes, 1, bytes.length - 1);
      assertThat(cut).isEqualTo(MAPPER.writeValueAsString(expected));
    }
  }

  @Property(tries = 300)
  void anyCsvIsReadBackAtAnySplitSize(
      @ForAll("rows") List<List<String>> rows,
      @ForAll @IntRange(min = 1, max = 100) int split,
      @ForAll boolean crlf)
      throws IOException {
    CSVFormat format = CSVFormat.RFC4180.builder().setRecordSeparator(crlf ? "\r\n" : "\n").get();
    int width = rows.get(0).size();
    List<String> header = new ArrayList<>();
    for (int i = 0; i < width; i++) {
      header.add("c," + i);
    }
    Path file = folder.resolve("a.csv");
    List<Map<String, String>> expected = new ArrayList<>();
    try (CSVPrinter printer = new CSVPrinter(Files.newBufferedWriter(file, UTF_8), format)) {
      printer.printRecord(header);
      for (List<String> row : rows) {
        printer.printRecord(row);
        Map<String, String> fields = new LinkedHashMap<>();
        for (int i = 0; i < width; i++) {
          fields.put(header.get(i), row.get(i));
        }
        expected.add(fields);
      }
    }
    Reading reading = read(file, CSV, split);
    assertThat(reading.messages()).isEmpty();
    assertThat(reading.jsons().stream().map(ReadPropertiesTest::fields)).isEqualTo(expected);
  }

  @Property(tries = 300)
  void everyLineOfAnyBytesIsAccountedFor(
      @ForAll byte[] bytes, @ForAll @IntRange(min = 1, max = 20) int split) throws IOException {
    Path file = Files.write(folder.resolve("b.jsonl"), bytes);
    Reading reading;
    try {
      reading = read(file, JSONL, split);
    } catch (SourceException oneErrorForAllLines) {
      assertThat(oneErrorForAllLines).hasMessageStartingWith(file.toString());
      return;
    }
    long lines = 0;
    for (String line : new String(bytes, ISO_8859_1).split("\n", -1)) {
      lines += line.chars().allMatch(c -> " \t\r".indexOf(c) >= 0) ? 0 : 1;
    }
    assertThat((long) reading.documents.size() + reading.failed.size()).isEqualTo(lines);
  }

  private static Reading read(Path file, FileSource.Format type, int split) throws IOException {
    return Reading.of(
        Reading.source(type, null), Reading.splitsOf(split), folder.resolve("staging"), file);
  }

  @SuppressWarnings("unchecked")
  private static Map<String, String> fields(String json) {
    try {
      return MAPPER.readValue(json, LinkedHashMap.class);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Provide
  Arbitrary<List<String>> jsonObjects() {
    return object(3).map(ReadPropertiesTest::write).list().ofMaxSize(8);
  }

  private static String write(JsonNode node) {
    try {
      return MAPPER.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Arbitrary<ObjectNode> object(int depth) {
    return Arbitraries.maps(text().map(name -> "f" + name), value(depth))
        .ofMaxSize(4)
        .map(fields -> JsonNodeFactory.instance.objectNode().<ObjectNode>setAll(fields));
  }

  private static Arbitrary<JsonNode> value(int depth) {
    JsonNodeFactory factory = JsonNodeFactory.instance;
    Arbitrary<JsonNode> scalar =
        Arbitraries.oneOf(
            text().map(factory::textNode),
            Arbitraries.bigDecimals().map(n -> (JsonNode) factory.numberNode(n)),
            Arbitraries.bigIntegers().map(n -> (JsonNode) factory.numberNode(n)),
            Arbitraries.of(factory.nullNode(), factory.booleanNode(true)));
    if (depth == 0) {
      return scalar;
    }
    Arbitrary<JsonNode> array =
        Arbitraries.lazy(() -> value(depth - 1))
            .list()
            .ofMaxSize(3)
            .map(items -> factory.arrayNode().addAll(items));
    return Arbitraries.oneOf(
        scalar, scalar, array, Arbitraries.lazy(() -> object(depth - 1)).map(o -> (JsonNode) o));
  }

  @Provide
  Arbitrary<List<List<String>>> rows() {
    Arbitrary<String> cell =
        Arbitraries.oneOf(
            text(),
            Arbitraries.of("", " ", "\"", "\"\"", "a,b", "\r\n", "\n", "\r", "x\"y", "é😀"));
    return Arbitraries.integers()
        .between(1, 4)
        .flatMap(width -> cell.list().ofSize(width).list().ofMinSize(1).ofMaxSize(8));
  }

  /** Any text but half characters, which no UTF-8 file can hold, and NUL. */
  private static Arbitrary<String> text() {
    return Arbitraries.strings()
        .ofMaxLength(12)
        .map(s -> new String(s.getBytes(UTF_8), UTF_8).replace('\0', '0'));
  }
}
