package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.cli.Said;
import io.beambatch.cli.Workplace;
import io.beambatch.error.ExitCode;
import io.beambatch.records.RowFormat;
import io.beambatch.records.RowInput;
import io.beambatch.records.RowOutput;
import io.beambatch.schema.AvroJson;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Documents of one format go into another, by the real command. */
class FormatsTest {
  private static final String TYPED =
      """
      {"type": "record", "name": "Order", "namespace": "shop", "fields": [
        {"name": "id", "type": "string"},
        {"name": "text", "type": "string"},
        {"name": "price", "type": {"type": "bytes", "logicalType": "decimal", "precision": 20, "scale": 4}},
        {"name": "day", "type": ["null", {"type": "int", "logicalType": "date"}]},
        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-micros"}},
        {"name": "raw", "type": ["null", "bytes"]},
        {"name": "ratio", "type": "float"},
        {"name": "kind", "type": {"type": "enum", "name": "Kind", "symbols": ["A", "B"]}},
        {"name": "counts", "type": {"type": "map", "values": "long"}},
        {"name": "place", "type": ["null", {"type": "string", "sqlType": "GEOGRAPHY"}]}]}
      """;

  @TempDir Path folder;

  @Test
  @Tag("slow")
  void tenThousandDocumentsGoThroughEveryFormatWithEveryFieldEqual() throws Exception {
    Map<String, ObjectNode> documents = new HashMap<>();
    RealDocuments real = new RealDocuments(7);
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 10_000; i++) {
      ObjectNode document = real.next(i);
      documents.put("doc-" + i, document);
      lines.append(document).append('\n');
    }
    Workplace workplace = new Workplace(folder);
    workplace.write("in.jsonl", lines.toString());

    convert("jsonl", folder + "/in.jsonl", "parquet", "zstd");
    assertSame(records(RowFormat.PARQUET, "1-jsonl-parquet"), documents);
    convert("parquet", output("1-jsonl-parquet", "*.parquet"), "avro", "deflate");
    assertSame(records(RowFormat.AVRO, "2-parquet-avro"), documents);
    convert("avro", output("2-parquet-avro", "*.avro"), "csv", "gzip");
    convert("csv", output("3-avro-csv", "*.csv.gz"), "jsonl", "zstd");
    convert("jsonl", output("4-csv-jsonl", "*.jsonl.zst"), "jsonl", "none");
    int found = 0;
    for (Path file : Workplace.files(folder.resolve("out/5-jsonl-jsonl"), ".jsonl")) {
      for (String line : Files.readAllLines(file)) {
        JsonNode row = Workplace.JSON.readTree(line);
        ObjectNode document = documents.get(row.get("id").asText());
        for (Map.Entry<String, JsonNode> field : document.properties()) {
          assertThat(RealDocuments.inCell(field.getValue(), row.get(field.getKey()).asText()))
              .as("%s of %s", field.getKey(), row.get("id"))
              .isTrue();
        }
        found++;
      }
    }
    assertThat(found).isEqualTo(10_000);
  }

  @ParameterizedTest
  @EnumSource(RowFormat.class)
  void typesOfTheSourceAreKept(RowFormat format) throws Exception {
    Schema schema = new Schema.Parser().parse(TYPED);
    List<String> orders = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      orders.add(
          """
          {"id":"o%d","text":"Ü %d","price":1234567890123456.%04d,"day":%s,\
          "at":"2024-01-31T13:05:00.123456Z","raw":"AAE=","ratio":%s,"kind":"A",\
          "counts":{"x":9007199254740993},"place":"POINT(1 2)"}"""
              .formatted(
                  i, i, i, i % 2 == 0 ? "null" : "\"0001-01-01\"", i % 3 == 0 ? "\"NaN\"" : "0.1"));
    }
    String type = format.name().toLowerCase(java.util.Locale.ROOT);
    write(format, "in." + type, schema, orders);
    convert(type, folder + "/in." + type, type, "snappy");
    String name = "1-" + type + "-" + type;
    Path file = Workplace.files(folder.resolve("out/" + name), "." + type).get(0);
    Schema written = format.open(file.toString()).schema();
    assertThat(written.getFields())
        .extracting(Schema.Field::name)
        .containsSubsequence("id", "place", "answer", "_batch");
    schema
        .getFields()
        .forEach(
            field -> assertThat(written.getField(field.name()).schema()).isEqualTo(field.schema()));
    List<String> read = new ArrayList<>();
    for (ObjectNode record : records(format, name)) {
      record.remove(List.of("answer", "_batch"));
      read.add(record.toString());
    }
    assertThat(read).hasSameSizeAs(orders);
    List<JsonNode> expected = new ArrayList<>();
    for (String order : orders) {
      expected.add(Workplace.JSON.readTree(order));
    }
    for (String record : read) {
      JsonNode found = Workplace.JSON.readTree(record);
      assertThat(expected).anyMatch(order -> RealDocuments.same(order, found));
    }
  }

  @Test
  void answersWithASchemaBecomeTypedColumns() throws Exception {
    Workplace workplace = new Workplace(folder);
    workplace.write("in.jsonl", "{\"text\":\"a\"}\n{\"text\":\"b\"}\n");
    String job = job("jsonl", folder + "/in.jsonl", "avro", "none");
    Said said =
        workplace.run(
            workplace
                .write(
                    "job.yaml",
                    job.replace(
                        "messages:",
                        """
                        response_format:
                              type: json_schema
                              json_schema:
                                name: n
                                schema:
                                  type: object
                                  additionalProperties: false
                                  required: [label, scores]
                                  properties:
                                    label: {type: string}
                                    scores: {type: array, items: {type: number}}
                            messages:"""))
                .toString());
    assertThat(said.exitCode()).as(said.err()).isZero();
    Path file = Workplace.files(workplace.sink(), ".avro").get(0);
    Schema answer = RowFormat.AVRO.open(file.toString()).schema().getField("answer").schema();
    assertThat(answer.getTypes().get(1).getField("label").schema().toString())
        .isEqualTo("[\"null\",\"string\"]");
    assertThat(answer.getTypes().get(1).getField("scores").schema().toString())
        .isEqualTo("[\"null\",{\"type\":\"array\",\"items\":\"double\"}]");
  }

  @Test
  void aFileOfAnotherTypeIsReportedBeforeAnythingIsSent() throws Exception {
    Workplace workplace = new Workplace(folder);
    workplace.write("in.csv", "id,text\n1,a\n");
    Said said = run(workplace, "avro", folder + "/in.csv", "jsonl");
    assertThat(said.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(said.err())
        .contains(folder + "/in.csv is not what 'type: avro' reads, but something else")
        .doesNotContain("Exception");
    assertThat(workplace.batches()).isEmpty();
  }

  @Test
  void aFileThatIsMissingIsReportedBeforeAnythingIsSent() throws Exception {
    Said said = run(new Workplace(folder), "parquet", folder + "/none-*", "jsonl");
    assertThat(said.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(said.err()).contains("No file matches source.path " + folder + "/none-*");
  }

  @Test
  void aFileWithAnotherSchemaIsReportedWithItsFieldBeforeAnythingIsSent() throws Exception {
    Workplace workplace = new Workplace(folder);
    write(RowFormat.AVRO, "a.avro", schema("\"long\""), List.of("{\"text\":\"a\",\"n\":1}"));
    write(RowFormat.AVRO, "b.avro", schema("\"string\""), List.of("{\"text\":\"a\",\"n\":\"x\"}"));
    Said said = run(workplace, "avro", folder + "/*.avro", "jsonl");
    assertThat(said.exitCode()).isEqualTo(ExitCode.ERROR);
    assertThat(said.err())
        .contains("The schema of " + folder + "/b.avro doesn't fit that of " + folder + "/a.avro")
        .contains("field 'n' is of type string, in the other of type long")
        .contains("nothing was sent");
    assertThat(workplace.batches()).isEmpty();
  }

  @Test
  void filesWithNarrowerSchemasGoTogether() throws Exception {
    Workplace workplace = new Workplace(folder);
    write(
        RowFormat.AVRO,
        "a.avro",
        schema("[\"null\", \"double\"], \"default\": null"),
        List.of("{\"text\":\"a\",\"n\":1.5}"));
    write(RowFormat.AVRO, "b.avro", schema("\"int\""), List.of("{\"text\":\"b\",\"n\":2}"));
    Said said = run(workplace, "avro", folder + "/*.avro", "parquet");
    assertThat(said.exitCode()).as(said.err()).isZero();
    assertThat(records(RowFormat.PARQUET, "answers"))
        .extracting(record -> record.get("text").asText() + record.get("n"))
        .containsExactlyInAnyOrder("a1.5", "b2");
  }

  @Test
  void aTypedSourceWithoutRecordsIsFine() throws Exception {
    Workplace workplace = new Workplace(folder);
    write(RowFormat.PARQUET, "a.parquet", schema("\"long\""), List.of());
    Said said = run(workplace, "parquet", folder + "/a.parquet", "avro");
    assertThat(said.exitCode()).as(said.err()).isZero();
    assertThat(workplace.report(said).get("documents").asInt()).isZero();
  }

  @ParameterizedTest
  @EnumSource(RowFormat.class)
  void aRunGoesOnWithItsTypesWhenTheSourceIsGone(RowFormat format) throws Exception {
    Workplace workplace = new Workplace(folder);
    Schema schema = schema("{\"type\":\"int\",\"logicalType\":\"date\"}");
    write(format, "in", schema, List.of("{\"text\":\"a\",\"n\":\"2024-01-31\"}"));
    String type = format.name().toLowerCase(java.util.Locale.ROOT);
    String job = workplace.write("job.yaml", job(type, folder + "/in", type, "none")).toString();
    Said submitted = Said.by(workplace.command("submit", job, "--local"));
    assertThat(submitted.exitCode()).as(submitted.toString()).isEqualTo(ExitCode.DONE);
    Files.delete(folder.resolve("in"));

    Said collected = Said.by(workplace.command("collect", job, "--local"));
    for (int look = 0; collected.exitCode() == ExitCode.PENDING && look < 100; look++) {
      collected = Said.by(workplace.command("collect", job, "--local"));
    }
    assertThat(collected.exitCode()).as(collected.toString()).isZero();
    Path file = Workplace.files(workplace.sink(), "." + type).get(0);
    assertThat(format.open(file.toString()).schema().getField("n").schema())
        .isEqualTo(schema.getField("n").schema());
    assertThat(records(format, "answers"))
        .extracting(record -> record.get("n").asText())
        .containsExactly("2024-01-31");
  }

  /** JSON readers refuse a whole file in which one stands as an escape. */
  @ParameterizedTest
  @EnumSource(RowFormat.class)
  void aLoneSurrogateInAJsonColumnSpoilsNoFile(RowFormat format) throws Exception {
    Workplace workplace = new Workplace(folder);
    write(
        format,
        "in",
        schema("{\"type\":\"string\",\"sqlType\":\"JSON\"}"),
        List.of("{\"text\":\"a\",\"n\":{\"x\":\"\\ud83d\"}}", "{\"text\":\"b\",\"n\":{}}"));
    String type = format.name().toLowerCase(java.util.Locale.ROOT);

    Said said = run(workplace, type, folder + "/in", "jsonl");

    assertThat(said.exitCode()).as(said.err()).isZero();
    assertThat(workplace.answered()).hasSize(1);
    assertThat(Workplace.files(workplace.failures(), ".jsonl").get(0))
        .content()
        .contains("{\"_line\":", "{\\\"x\\\":\\\"\\\\ud83d\\\"}");
  }

  @Test
  void aSchemaThatTheSinkCanNotHoldIsReportedBeforeAnythingIsSent() throws Exception {
    Workplace workplace = new Workplace(folder);
    Schema list =
        new Schema.Parser()
            .parse(
                "{\"type\":\"record\",\"name\":\"List\",\"fields\":["
                    + "{\"name\":\"text\",\"type\":\"string\"},"
                    + "{\"name\":\"next\",\"type\":[\"null\",\"List\"]}]}");
    write(RowFormat.AVRO, "a.avro", list, List.of("{\"text\":\"a\",\"next\":null}"));
    Said said = run(workplace, "avro", folder + "/a.avro", "parquet");
    assertThat(said.exitCode()).isEqualTo(ExitCode.ERROR);
    assertThat(said.err()).contains("Files of type parquet can't hold the documents");
    assertThat(workplace.batches()).isEmpty();
  }

  private int step;

  private void convert(String from, String path, String to, String compression) throws Exception {
    step++;
    Path job = folder.resolve("job" + step + ".yaml");
    Files.writeString(job, job(from, path, to, compression));
    String name = step + "-" + from + "-" + to;
    Said said =
        Said.by(
            List.of(
                "run",
                job.toString(),
                "--local",
                "--staging",
                folder.resolve("staging").toString(),
                "--new-run",
                "--set",
                "sink.path=" + folder + "/out/" + name,
                "--set",
                "failures.path=" + folder + "/failed/" + name));
    assertThat(said.exitCode()).as(said.err() + said.out()).isZero();
    assertThat(said.out()).doesNotContain("invalid_");
  }

  private Said run(Workplace workplace, String from, String path, String to) throws Exception {
    Path job = workplace.write("job.yaml", job(from, path, to, "none"));
    return workplace.run(job.toString());
  }

  private static String job(String from, String path, String to, String compression) {
    return """
    name: formats
    source: {type: %s, path: '%s'}
    request:
      provider: openai
      endpoint: /v1/chat/completions
      model: gpt-4o-mini
      body:
        messages: [{role: user, content: "{{text}}"}]
    sink: {type: %s, path: out, compression: %s}
    failures: {path: failed}
    poll: {interval: 100ms}
    """
        .formatted(from, path, to, compression);
  }

  private String output(String name, String pattern) {
    return folder + "/out/" + name + pattern;
  }

  private static Schema schema(String type) {
    return new Schema.Parser()
        .parse(
            "{\"type\":\"record\",\"name\":\"R\",\"fields\":["
                + "{\"name\":\"text\",\"type\":\"string\"},{\"name\":\"n\",\"type\":"
                + type
                + "}]}");
  }

  private void write(RowFormat format, String name, Schema schema, List<String> documents)
      throws IOException {
    AvroJson json = AvroJson.of(schema);
    try (OutputStream out = Files.newOutputStream(folder.resolve(name));
        RowOutput writer = format.write(out, schema, "none")) {
      for (String document : documents) {
        writer.add(json.record(document));
      }
    }
  }

  private void assertSame(List<ObjectNode> found, Map<String, ObjectNode> documents) {
    assertThat(found).hasSize(documents.size());
    for (ObjectNode record : found) {
      assertThat(record.path("answer").isTextual()).isTrue();
      assertThat(record.path("_batch").path("attempt").asInt()).isEqualTo(1);
      record.remove(List.of("answer", "_batch"));
      ObjectNode document = documents.get(record.get("id").asText());
      assertThat(RealDocuments.same(document, record)).as("%s%n%s", document, record).isTrue();
    }
  }

  private List<ObjectNode> records(RowFormat format, String name) throws IOException {
    List<ObjectNode> records = new ArrayList<>();
    String suffix = "." + format.name().toLowerCase(java.util.Locale.ROOT);
    for (Path path : Workplace.files(folder.resolve("out/" + name), suffix)) {
      RowInput file = format.open(path.toString());
      List<RowInput.Split> pieces = new ArrayList<>();
      file.split(1 << 20, Long.MAX_VALUE, pieces::add);
      for (RowInput.Split piece : pieces) {
        file.read(piece, new Collecting(records));
      }
    }
    return records;
  }

  private record Collecting(List<ObjectNode> records) implements RowInput.Receiver {
    @Override
    public void record(long number, String json) {
      try {
        records.add((ObjectNode) Workplace.JSON.readTree(json));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void invalid(long number, String problem) {
      throw new AssertionError("record " + number + ": " + problem);
    }
  }
}
