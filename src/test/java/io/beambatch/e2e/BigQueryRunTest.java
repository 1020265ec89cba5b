package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.bigquery.FakeBigQuery;
import io.beambatch.bigquery.ShopRows;
import io.beambatch.cli.Program;
import io.beambatch.cli.Said;
import io.beambatch.cli.Workplace;
import io.beambatch.emulator.GcsEmulator;
import io.beambatch.error.ExitCode;
import io.beambatch.storage.Storage;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole runs from table to table. */
@Tag("slow")
class BigQueryRunTest {
  private static final String SOURCE =
      "{type: bigquery, table: test-shop:data.reviews, id: id, method: %s}";
  private static final String SINK = "{type: bigquery, table: test-shop:data.answers%s}";

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

  @Test
  void everyRowComesBackWithItsAnswerAndEveryFieldEqual() throws Exception {
    List<Map<String, Object>> reviews = ShopRows.rows(2_000);
    bigQuery.create("reviews", ShopRows.columns(), reviews);
    Said said = run(job(SOURCE.formatted("direct"), SINK.formatted(""), "limits: {requests: 800}"));

    assertThat(said.exitCode()).as(said.toString()).isZero();
    Map<Object, Map<String, Object>> answers = byId(bigQuery.rows("answers"));
    assertThat(answers).hasSize(2_000);
    for (Map<String, Object> review : reviews) {
      Map<String, Object> answer = new LinkedHashMap<>(answers.get(review.get("id")));
      assertThat((String) answer.remove("sentiment")).isNotEmpty();
      assertThat(batch(answer).get("batch_id")).asString().startsWith("batch_");
      assertThat(batch(answer).get("prompt_tokens")).isInstanceOf(Long.class);
      assertThat(batch(answer).get("attempt")).isEqualTo(1L);
      answer.remove("_batch");
      ShopRows.assertSame(answer, review);
    }
    assertThat(bigQuery.find("answers_failed")).isNull();
    assertThat(said.told("answers")).isEqualTo("test-shop:data.answers");
  }

  @Test
  void tenThousandRealDocumentsComeBackFromATableWithEveryFieldEqual() throws Exception {
    Map<String, ObjectNode> documents = new HashMap<>();
    RealDocuments real = new RealDocuments(7);
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 10_000; i++) {
      ObjectNode document = real.next(i);
      documents.put("doc-" + i, document);
      lines.append(document).append('\n');
    }
    Files.writeString(folder.resolve("in.jsonl"), lines);
    Said there =
        run(job("{type: jsonl, path: " + folder + "/in.jsonl, id: id}", SINK.formatted(""), ""));
    assertThat(there.exitCode()).as(there.toString()).isZero();
    Said back =
        run(
            job(
                "{type: bigquery, table: test-shop:data.answers, id: id}",
                "{type: jsonl, path: " + folder + "/out/answers}",
                ""));
    assertThat(back.exitCode()).as(back.toString()).isZero();

    List<JsonNode> found = new Workplace(folder).answered();
    assertThat(found).hasSize(10_000);
    for (JsonNode row : found) {
      ObjectNode record = (ObjectNode) row;
      record.remove(List.of("sentiment", "_batch"));
      record.set("first name", record.remove("first_name"));
      ObjectNode document = documents.remove(record.path("id").asText());
      for (Map.Entry<String, JsonNode> field : document.properties()) {
        JsonNode value = record.path(field.getKey());
        // What no double holds is a text, digit for digit.
        if (field.getValue().isNumber() && value.isTextual()) {
          record.put(field.getKey(), new BigDecimal(value.asText()));
        }
      }
      assertThat(RealDocuments.same(document, record)).as("%s%n%s", document, record).isTrue();
    }
    assertThat(documents).isEmpty();
  }

  @Test
  void rowsThatFailGoToATableWithTheirReason() throws Exception {
    List<Map<String, Object>> reviews = ShopRows.rows(20);
    reviews.get(3).put("text", null);
    bigQuery.create("reviews", ShopRows.columns(), reviews);
    Said said = run(job(SOURCE.formatted("direct"), SINK.formatted(""), ""));

    assertThat(said.exitCode()).as(said.toString()).isZero();
    assertThat(bigQuery.rows("answers")).hasSize(19);
    Map<String, Object> failed = new LinkedHashMap<>(bigQuery.rows("answers_failed").get(0));
    assertThat(failed.remove("_failure"))
        .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
        .containsEntry("reason", "invalid_document");
    ShopRows.assertSame(failed, reviews.get(3));
    assertThat(said.told("failures")).isEqualTo("test-shop:data.answers_failed");
  }

  @Test
  void answersOfASchemaAreTypedColumns() throws Exception {
    bigQuery.create("reviews", ShopRows.columns(), ShopRows.rows(20));
    String schema =
        """
        result:
          field: found
          schema:
            type: object
            properties:
              mood: {type: string}
              score: {type: integer}
              names: {type: array, items: {type: string}}
            required: [mood, score, names]
            additionalProperties: false""";
    Said said =
        run(
            job(SOURCE.formatted("direct"), SINK.formatted(""), "")
                .replace("result: {field: sentiment}", schema)
                .replace(
                    "max_tokens: 10",
                    "response_format: {type: json_schema, json_schema: {name: x, strict: true,"
                        + " schema: {type: object, properties: {mood: {type: string}, score:"
                        + " {type: integer}, names: {type: array, items: {type: string}}},"
                        + " required: [mood, score, names], additionalProperties: false}}}"));

    assertThat(said.exitCode()).as(said.toString()).isZero();
    assertThat(bigQuery.rows("answers")).hasSize(20);
    for (Map<String, Object> row : bigQuery.rows("answers")) {
      Map<?, ?> found = (Map<?, ?>) row.get("found");
      assertThat(found.get("mood")).isInstanceOf(String.class);
      assertThat(found.get("score")).isInstanceOf(Long.class);
      assertThat(found.get("names")).isInstanceOf(List.class);
    }
  }

  @Test
  void documentsOfFilesGetTheColumnsThatTheyLookLike() throws Exception {
    Files.writeString(
        folder.resolve("in.jsonl"),
        """
        {"id":"a","text":"good","n":1,"odd name":[1,null],"deep":{"x":1.5}}
        {"id":"b","text":"bad","n":9007199254740993,"tags":["t"],"deep":null}
        no json
        """);
    Said said =
        run(job("{type: jsonl, path: " + folder + "/in.jsonl, id: id}", SINK.formatted(""), ""));

    assertThat(said.exitCode()).as(said.toString()).isZero();
    Map<Object, Map<String, Object>> rows = byId(bigQuery.rows("answers"));
    assertThat(rows.get("a"))
        .containsEntry("n", 1L)
        .containsEntry("odd_name", "[1,null]")
        .containsEntry("tags", List.of());
    assertThat(rows.get("a").get("deep")).isEqualTo(Map.of("x", 1.5));
    assertThat(rows.get("b")).containsEntry("n", 9007199254740993L).containsEntry("deep", null);
    Map<String, Object> failed = bigQuery.rows("answers_failed").get(0);
    assertThat(failed).containsEntry("document", "{\"_line\":\"no json\"}");
    assertThat(failed.get("_failure"))
        .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
        .containsEntry("reason", "invalid_document");
  }

  @Test
  void answersThatATableDoesNotTakeAreSafeAndLoadedWhenItDoes() throws Exception {
    List<Map<String, Object>> reviews = ShopRows.rows(20);
    reviews.get(3).put("raw", "{\"n\":0.12345678901234567890,\"m\":2.50}");
    bigQuery.create("reviews", ShopRows.columns(), reviews);
    bigQuery.refuseRows(2);
    String job = job(SOURCE.formatted("direct"), SINK.formatted(""), "");
    Said refused = run(job);

    assertThat(refused.exitCode()).isEqualTo(ExitCode.ERROR);
    assertThat(refused.err())
        .containsPattern("error: Can't load \\S+/staging/shop/\\S+ \\(JSON lines\\) into test-shop")
        .contains("the answers are safe: run the same command again once the cause is removed")
        .doesNotContain("secret");
    int batches = new Workplace(folder).batches().size();

    Said taken = run(job);
    assertThat(taken.exitCode()).as(taken.toString()).isZero();
    assertThat(new Workplace(folder).batches()).hasSize(batches);
    Map<Object, Map<String, Object>> answers = byId(bigQuery.rows("answers"));
    assertThat(answers).hasSize(20);
    assertThat(answers.get("r-3"))
        .containsEntry("raw", "{\"n\":\"0.12345678901234567890\",\"m\":\"2.50\"}");
  }

  @Test
  void aRunKilledWhileItLoadsDoublesNoRowAndReadsNoRowAgain() throws Exception {
    bigQuery.create("reviews", ShopRows.columns(), ShopRows.rows(900));
    String job =
        job(
            SOURCE.formatted("export"),
            SINK.formatted(", write_disposition: truncate"),
            "limits: {requests: 300}");
    bigQuery.create("answers", ShopRows.columns(), ShopRows.rows(5));
    // The job that empties the table, and the one that loads all three chunks.
    for (int launch = 1; launch <= 2; launch++) {
      bigQuery.holdLoads(launch);
      try (Program program = start(job, launch)) {
        bigQuery.awaitHeldLoad();
        assertThat(program.out()).isEmpty();
      }
      bigQuery.drop("reviews");
    }
    bigQuery.releaseLoads();
    try (Program program = start(job, 3)) {
      assertThat(program.end()).as("%s", program).isZero();
    }

    assertThat(bigQuery.rows("answers"))
        .hasSize(900)
        .extracting(row -> row.get("id"))
        .doesNotHaveDuplicates();
    assertThat(bigQuery.loads())
        .extracting(load -> load.getJobReference().getJobId())
        .allMatch(id -> id.endsWith("-0"))
        .doesNotHaveDuplicates()
        .hasSize(2);
  }

  @Test
  void manyChunksAreLoadedByFewJobs() throws Exception {
    bigQuery.create("reviews", ShopRows.columns(), ShopRows.rows(300));
    Said said = run(job(SOURCE.formatted("direct"), SINK.formatted(""), "limits: {requests: 10}"));

    assertThat(said.exitCode()).as(said.toString()).isZero();
    assertThat(byId(bigQuery.rows("answers"))).hasSize(300);
    assertThat(new Workplace(folder).batches()).hasSizeGreaterThanOrEqualTo(30);
    assertThat(bigQuery.loads()).hasSizeLessThanOrEqualTo(2);
  }

  @Test
  void whatIsWrongWithTablesIsSaidBeforeAnythingIsSent() throws Exception {
    Said missing = run(job(SOURCE.formatted("direct"), SINK.formatted(""), ""));
    assertThat(missing.exitCode()).isEqualTo(ExitCode.ERROR);
    assertThat(missing.err()).contains("error: source.table: test-shop:data.reviews doesn't exist");

    Said query = run(job("{type: bigquery, query: SELEKT}", SINK.formatted(""), ""));
    assertThat(query.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(query.err()).contains("error: source.query: Syntax error");

    bigQuery.create("reviews", ShopRows.columns(), ShopRows.rows(3));
    bigQuery.create("answers", ShopRows.columns().subList(0, 3), List.of());
    Said conflict = run(job(SOURCE.formatted("direct"), SINK.formatted(""), ""));
    assertThat(conflict.exitCode()).isEqualTo(ExitCode.ERROR);
    assertThat(conflict.err()).contains("* sentiment: the table has no such column (STRING)");
    assertThat(new Workplace(folder).batches()).isEmpty();
    assertThat(bigQuery.loads()).isEmpty();
  }

  @Test
  void documentsOfFilesThatDontFitTheTableAreNotSent() throws Exception {
    Files.writeString(folder.resolve("in.jsonl"), "{\"id\":\"a\",\"text\":\"good\",\"n\":1}\n");
    bigQuery.create("answers", ShopRows.columns(), List.of());
    Said said =
        run(job("{type: jsonl, path: " + folder + "/in.jsonl, id: id}", SINK.formatted(""), ""));

    assertThat(said.exitCode()).isEqualTo(ExitCode.ERROR);
    assertThat(said.err())
        .contains("error: sink.table: the columns of test-shop:data.answers don't fit")
        .contains("* n: the table has no such column (INTEGER)");
    assertThat(new Workplace(folder).batches()).isEmpty();
  }

  @Test
  void aRunThatNobodyWaitsForLoadsEachShardOnce() throws Exception {
    bigQuery.create("reviews", ShopRows.columns(), ShopRows.rows(60));
    String job = job(SOURCE.formatted("direct"), SINK.formatted(""), "limits: {requests: 30}");
    Said submitted = say("submit", job);
    assertThat(submitted.exitCode()).as(submitted.toString()).isEqualTo(ExitCode.DONE);
    assertThat(bigQuery.loads()).isEmpty();
    bigQuery.drop("reviews");

    Said collected = say("collect", job);
    for (int look = 0; collected.exitCode() == ExitCode.PENDING && look < 100; look++) {
      collected = say("collect", job);
    }
    assertThat(collected.exitCode()).as(collected.toString()).isZero();
    assertThat(byId(bigQuery.rows("answers"))).hasSize(60);
    int loads = bigQuery.loads().size();
    assertThat(say("collect", job).exitCode()).isIn(ExitCode.DONE, ExitCode.USAGE);
    assertThat(bigQuery.loads()).hasSize(loads);
  }

  @Test
  void aPlanReadsTheTableAndSendsNothing() throws Exception {
    bigQuery.create("reviews", ShopRows.columns(), ShopRows.rows(60));
    List<String> args = args("plan", job(SOURCE.formatted("direct"), SINK.formatted(""), ""));
    args.remove("--local");
    Said said = Said.by(args);

    assertThat(said.exitCode()).as(said.toString()).isZero();
    assertThat(said.told("documents")).isEqualTo("60");
    assertThat(bigQuery.loads()).isEmpty();
    assertThat(bigQuery.find("answers")).isNull();
  }

  @Test
  void anEmptyTableIsDoneAtOnce() throws Exception {
    bigQuery.create("reviews", ShopRows.columns(), List.of());
    Said said = run(job(SOURCE.formatted("direct"), SINK.formatted(""), ""));

    assertThat(said.exitCode()).as(said.toString()).isZero();
    JsonNode report = new Workplace(folder).report(said);
    assertThat(report.path("documents").asInt(-1)).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"direct", "export"})
  void everythingLiesInCloudStorageButTheTables(String method) throws Exception {
    GcsEmulator storage = GcsEmulator.start();
    String bucket = storage.bucket();
    List<Map<String, Object>> reviews = ShopRows.rows(900);
    reviews.get(3).put("text", null);
    bigQuery.create("reviews", ShopRows.columns(), reviews);
    storage.put(
        bucket,
        "jobs/shop.yaml",
        job(SOURCE.formatted(method), SINK.formatted(""), "limits: {requests: 400}"));
    List<String> args =
        new ArrayList<>(
            List.of(
                "run",
                "gs://" + bucket + "/jobs/shop.yaml",
                "--local",
                "--staging",
                "gs://" + bucket + "/staging",
                "--"));
    args.addAll(bigQuery.options());
    args.addAll(List.of(storage.beamOptions().get(0), "--tempLocation=gs://" + bucket + "/temp"));
    try {
      Said said = Said.by(args);
      assertThat(said.exitCode()).as(said.toString()).isZero();
    } finally {
      Storage.deleteFolder(".beambatch/gs/" + bucket);
    }

    Map<Object, Map<String, Object>> answers = byId(bigQuery.rows("answers"));
    assertThat(answers).hasSize(899);
    for (Map<String, Object> review : reviews) {
      if (review.get("text") != null) {
        Map<String, Object> answer = new LinkedHashMap<>(answers.get(review.get("id")));
        answer.keySet().removeAll(List.of("sentiment", "_batch"));
        ShopRows.assertSame(answer, review);
      }
    }
    assertThat(bigQuery.rows("answers_failed"))
        .extracting(row -> row.get("id"))
        .containsExactly("r-3");
    assertThat(bigQuery.loads())
        .flatExtracting(load -> load.getConfiguration().getLoad().getSourceUris())
        .hasSizeGreaterThanOrEqualTo(4)
        .allMatch(uri -> uri.startsWith("gs://" + bucket + "/staging/shop/"));
    assertThat(storage.names(bucket, "staging")).noneMatch(name -> name.endsWith(".avro"));
  }

  private static String job(String source, String sink, String more) {
    return """
        name: shop
        source: %s
        request:
          endpoint: /v1/chat/completions
          model: gpt-4o-mini
          body:
            max_tokens: 10
            messages: [{role: user, content: "Classify the sentiment: {{text}}"}]
        result: {field: sentiment}
        sink: %s
        poll: {interval: 100ms}
        %s
        """
        .formatted(source, sink, more);
  }

  private Said run(String job) throws Exception {
    return say("run", job);
  }

  private Said say(String command, String job) throws Exception {
    return Said.by(args(command, job));
  }

  private Program start(String job, int launch) throws Exception {
    List<String> args = args("run", job);
    args.removeIf(arg -> arg.startsWith("--bigQueryServicesClass"));
    args.add("--tempLocation=" + folder.resolve("temp"));
    return Program.start(folder.resolve("launch" + launch), Map.of(), args);
  }

  private List<String> args(String command, String job) throws Exception {
    Path file = Files.writeString(folder.resolve("job.yaml"), job);
    List<String> args =
        new ArrayList<>(
            List.of(
                command,
                file.toString(),
                "--local",
                "--staging",
                folder.resolve("staging").toString(),
                "--"));
    args.addAll(bigQuery.options());
    return args;
  }

  private static Map<Object, Map<String, Object>> byId(List<Map<String, Object>> rows) {
    Map<Object, Map<String, Object>> byId = new HashMap<>();
    for (Map<String, Object> row : rows) {
      assertThat(byId.put(row.get("id"), row)).as("another row of %s", row.get("id")).isNull();
    }
    return byId;
  }

  private static Map<?, ?> batch(Map<String, Object> row) {
    return (Map<?, ?>) row.get("_batch");
  }
}
