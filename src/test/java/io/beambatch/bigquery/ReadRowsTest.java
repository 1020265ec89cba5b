package io.beambatch.bigquery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.api.services.bigquery.model.TableFieldSchema;
import com.google.api.services.bigquery.model.TableSchema;
import io.beambatch.document.Document;
import io.beambatch.job.Job;
import io.beambatch.job.JobReader;
import io.beambatch.job.TableSource;
import io.beambatch.schema.AvroJson;
import io.beambatch.source.PlannedFiles;
import io.beambatch.source.ReadDocuments;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadRowsTest {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  @TempDir Path folder;
  private FakeBigQuery bigQuery;

  @BeforeEach
  void start() {
    bigQuery = FakeBigQuery.start();
  }

  @AfterEach
  void stop() {
    bigQuery.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"direct", "export"})
  void readsEveryTypeExactly(String method) throws Exception {
    Map<String, Object> row = new LinkedHashMap<>(ShopRows.rows(1).get(0));
    row.put("text", "A kettle.\n\"Boils\"");
    row.put("stars", Long.MAX_VALUE);
    row.put("price", new BigDecimal("12345678901234567890.123456789"));
    row.put("exact", new BigDecimal("1E-38"));
    row.put("score", 0.1);
    row.put("photo", java.nio.ByteBuffer.wrap(new byte[] {0, -1, 7}));
    row.put("bought", LocalDate.of(1, 1, 1));
    row.put("delivered", LocalTime.of(23, 59, 59, 999_999_000));
    row.put("local", LocalDateTime.of(1969, 12, 31, 23, 59, 59, 1_000));
    row.put("written", java.time.Instant.parse("9999-12-31T23:59:59.999999Z"));
    row.put("place", "POINT(1 2)");
    row.put("raw", "{\"a\":[1,2.50,null]}");
    row.put("tags", List.of("x", ""));
    bigQuery.create("reviews", ShopRows.columns(), List.of(row));

    JsonNode document = JSON.readTree(read("table: test-shop:data.reviews", method).get(0).json());

    assertThat(document.path("text").asText()).isEqualTo("A kettle.\n\"Boils\"");
    assertThat(document.path("stars").longValue()).isEqualTo(Long.MAX_VALUE);
    assertThat(document.path("price").decimalValue())
        .isEqualByComparingTo("12345678901234567890.123456789");
    assertThat(document.path("exact").decimalValue()).isEqualByComparingTo("1E-38");
    assertThat(document.path("score").doubleValue()).isEqualTo(0.1);
    assertThat(document.path("photo").binaryValue()).containsExactly(0, -1, 7);
    assertThat(document.path("bought").asText()).isEqualTo("0001-01-01");
    assertThat(document.path("delivered").asText()).isEqualTo("23:59:59.999999");
    assertThat(document.path("local").asText()).isEqualTo("1969-12-31T23:59:59.000001");
    assertThat(document.path("written").asText()).isEqualTo("9999-12-31T23:59:59.999999Z");
    assertThat(document.path("place").asText()).isEqualTo("POINT(1 2)");
    assertThat(document.path("raw")).isEqualTo(JSON.readTree("{\"a\":[1,2.50,null]}"));
    assertThat(document.path("tags")).isEqualTo(JSON.readTree("[\"x\",\"\"]"));
  }

  @Test
  void readsIntervalsAndRangesIntoWhatTypedFilesHold() throws Exception {
    List<TableFieldSchema> columns =
        List.of(
            column("took", "INTERVAL"),
            range("valid", "DATE"),
            range("other", "DATE"),
            range("open", "TIMESTAMP"),
            range("all", "DATETIME").setMode("REPEATED"));
    Map<String, Object> from = new LinkedHashMap<>();
    from.put("start", LocalDate.of(2024, 1, 31));
    from.put("end", null);
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("took", "1-2 3 4:5:6.789");
    row.put("valid", from);
    row.put("other", null);
    row.put("open", Map.of("start", Instant.EPOCH, "end", Instant.EPOCH.plusSeconds(1)));
    row.put("all", List.of(Map.of("end", LocalDateTime.of(2024, 1, 1, 0, 0))));
    bigQuery.create("times", columns, List.of(row));

    String json = read("table: test-shop:data.times", "direct").get(0).json();
    assertThat(JSON.readTree(json))
        .isEqualTo(
            JSON.readTree(
                """
                {"took":"1-2 3 4:5:6.789",
                 "valid":{"start":"2024-01-31","end":null},
                 "other":null,
                 "open":{"start":"1970-01-01T00:00:00Z","end":"1970-01-01T00:00:01Z"},
                 "all":[{"start":null,"end":"2024-01-01T00:00:00"}]}
                """));
    AvroJson kept = AvroJson.of(Columns.avro(new TableSchema().setFields(columns)));
    assertThat(kept.json(kept.record(json))).isEqualTo(json);
  }

  private static TableFieldSchema column(String name, String type) {
    return new TableFieldSchema().setName(name).setType(type).setMode("NULLABLE");
  }

  private static TableFieldSchema range(String name, String type) {
    return column(name, "RANGE")
        .setRangeElementType(new TableFieldSchema.RangeElementType().setType(type));
  }

  @ParameterizedTest
  @ValueSource(strings = {"direct", "export"})
  void readsEveryRowOnceAndNamesItByItsIdColumn(String method) throws Exception {
    bigQuery.create("reviews", ShopRows.columns(), ShopRows.rows(2000));

    List<Document> documents = read("table: test-shop:data.reviews, id: id", method);

    assertThat(documents).extracting(Document::id).doesNotHaveDuplicates().hasSize(2000);
    for (Document document : documents) {
      assertThat(JSON.readTree(document.json()).path("id").asText()).isEqualTo(document.id());
    }
  }

  @Test
  void namesARowWithoutIdColumnTheSameWheneverItIsRead() throws Exception {
    bigQuery.create("reviews", ShopRows.columns(), ShopRows.rows(50));

    assertThat(read("table: test-shop:data.reviews", "direct"))
        .extracting(Document::id)
        .doesNotHaveDuplicates()
        .containsExactlyInAnyOrderElementsOf(
            read("table: test-shop:data.reviews", "export").stream().map(Document::id).toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"direct", "export"})
  void readsWhatAQueryGives(String method) throws Exception {
    bigQuery.create("reviews", ShopRows.columns(), List.of());
    bigQuery.teach("SELECT 1", ShopRows.columns(), ShopRows.rows(30));

    assertThat(read("query: SELECT 1, id: id", method)).hasSize(30);
  }

  @ParameterizedTest
  @ValueSource(strings = {"direct", "export"})
  void readsAnEmptyTable(String method) throws Exception {
    bigQuery.create("reviews", ShopRows.columns(), List.of());

    assertThat(read("table: test-shop:data.reviews, id: id", method)).isEmpty();
  }

  private List<Document> read(String source, String method) throws Exception {
    Job job =
        JobReader.parse(
            "job.yaml",
            """
            name: rows
            source: {type: bigquery, method: %s, %s}
            request: {endpoint: /v1/chat/completions, model: m, body: {x: y}}
            sink: {type: jsonl, path: out}
            """
                .formatted(method, source),
            List.of());
    List<String> options = new ArrayList<>(bigQuery.options());
    options.add("--tempLocation=" + folder.resolve("temp"));
    Pipeline pipeline =
        Pipeline.create(PipelineOptionsFactory.fromArgs(options.toArray(new String[0])).create());
    PCollectionTuple read =
        pipeline.apply(new ReadRows((TableSource) job.source(), PlannedFiles.NONE));
    PAssert.that(read.get(ReadDocuments.INVALID)).empty();
    List<Document> documents = Kept.start();
    read.get(ReadDocuments.DOCUMENTS).apply(org.apache.beam.sdk.transforms.ParDo.of(new Kept()));
    pipeline.run().waitUntilFinish();
    return documents;
  }

  private static final class Kept extends org.apache.beam.sdk.transforms.DoFn<Document, Void> {
    private static List<Document> documents = List.of();

    static List<Document> start() {
      documents = java.util.Collections.synchronizedList(new ArrayList<>());
      return documents;
    }

    @ProcessElement
    public void keep(@Element Document document) {
      documents.add(document);
    }
  }
}
