package io.beambatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.beambatch.e2e.TestProviders;
import io.beambatch.job.Inference;
import io.beambatch.job.Job;
import io.beambatch.job.JobReader;
import io.beambatch.localserver.FaultText;
import io.beambatch.localserver.Faults;
import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
import io.beambatch.provider.BatchProvider;
import io.beambatch.run.Report;
import io.beambatch.storage.RunFolder;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.PipelineResult.State;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.io.TextIO;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.logicaltypes.MicrosInstant;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler.BadRecordErrorHandler;
import org.apache.beam.sdk.transforms.windowing.AfterPane;
import org.apache.beam.sdk.transforms.windowing.AfterWatermark;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.util.construction.PipelineTranslation;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionRowTuple;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.sdk.values.TimestampedValue;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class BatchInferenceTest {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  /** The direct runner comes to rest after each arrival, which takes it a tenth of a second. */
  private static final int ARRIVING_TOGETHER = 25;

  @TempDir Path folder;
  private LocalServer server;
  private Pipeline pipeline = DirectPipelines.create();

  /** Of the job of a stream. */
  private List<String> overrides = List.of();

  @BeforeEach
  void start() throws Exception {
    server = LocalServer.start(LocalServerSettings.defaults().withDir(folder.resolve("server")));
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  @Test
  void answersJsonTextsAndGivesBackThoseThatFailed() throws Exception {
    Answers<String> answers =
        pipeline
            .apply(Create.of(texts(0, 200)))
            .apply(
                "Ask",
                BatchInference.of(job())
                    .withStaging(staging())
                    .withRun("r1")
                    .withProviders(local()));
    PAssert.that(answers.answered()).satisfies(BatchInferenceTest::areAnswered);
    PAssert.that(answers.failed())
        .satisfies(
            records -> {
              List<BadRecord> failed = StreamSupport.stream(records.spliterator(), false).toList();
              assertThat(failed).hasSize(4);
              assertThat(failed)
                  .allSatisfy(
                      record -> {
                        assertThat(record.getFailure().getException())
                            .isEqualTo("invalid_document");
                        assertThat(record.getFailure().getDescription()).isNotEmpty();
                        assertThat(record.getRecord().getHumanReadableJsonRecord())
                            .contains("_failure");
                      });
              return null;
            });
    PAssert.thatSingleton(answers.answered().apply(Count.globally())).isEqualTo(196L);
    pipeline.run().waitUntilFinish();
  }

  @Test
  void answersRowsWithTheirTypes() throws Exception {
    Schema schema =
        Schema.builder()
            .addStringField("id")
            .addNullableField("text", FieldType.STRING)
            .addInt64Field("stars")
            .addDecimalField("price")
            .addArrayField("tags", FieldType.STRING)
            .build();
    Row row =
        Row.withSchema(schema)
            .addValues("a", "good", Long.MAX_VALUE, new BigDecimal("1.50"), List.of("x"))
            .build();
    Row without =
        Row.withSchema(schema).addValues("b", null, 1L, BigDecimal.ONE, List.of()).build();
    Answers<Row> answers =
        pipeline
            .apply(Create.of(row, without).withRowSchema(schema))
            .apply(
                "Ask",
                BatchInference.ofRows(job())
                    .withStaging(staging())
                    .withRun("r1")
                    .withProviders(local()));
    PAssert.that(answers.answered())
        .satisfies(
            rows -> {
              Row answer = rows.iterator().next();
              assertThat(answer.getString("id")).isEqualTo("a");
              assertThat(answer.getInt64("stars")).isEqualTo(Long.MAX_VALUE);
              assertThat(answer.getDecimal("price")).isEqualByComparingTo("1.50");
              assertThat(answer.getArray("tags")).containsExactly("x");
              assertThat(answer.getString("sentiment")).isNotEmpty();
              assertThat(answer.getRow("_batch").getString("batch_id")).startsWith("batch_");
              assertThat(answer.getRow("_batch").getInt64("attempt")).isEqualTo(1L);
              return null;
            });
    PAssert.thatSingleton(answers.answered().apply("Answered", Count.globally())).isEqualTo(1L);
    PAssert.thatSingleton(answers.failed().apply("Failed", Count.globally())).isEqualTo(1L);
    pipeline.run().waitUntilFinish();
  }

  @Test
  void givesRowsAndErrorsBesideThemToOtherLanguages() throws Exception {
    Schema schema =
        Schema.builder()
            .addStringField("id")
            .addNullableField("text", FieldType.STRING)
            .addFloatField("weight")
            .addLogicalTypeField("seen", new MicrosInstant())
            .build();
    java.time.Instant seen = java.time.Instant.parse("2026-01-31T01:02:03.000004Z");
    Row row = Row.withSchema(schema).addValues("a", "good", 1.1f, seen).build();
    Row without = Row.withSchema(schema).addValues("b", null, 0.1f, seen).build();
    PCollectionRowTuple outputs =
        PCollectionRowTuple.of(
                "input", pipeline.apply(Create.of(row, without).withRowSchema(schema)))
            .apply(
                new BatchInferenceTransformProvider.Rows(
                    BatchInference.ofRows(job())
                        .withStaging(staging())
                        .withRun("r1")
                        .withProviders(local()),
                    "broken"));
    PAssert.that(outputs.get("output"))
        .satisfies(
            rows -> {
              Row answer = rows.iterator().next();
              assertThat(rows).hasSize(1);
              assertThat(answer.getFloat("weight")).isEqualTo(1.1f);
              assertThat(answer.<Object>getValue("seen")).isEqualTo(seen);
              assertThat(answer.getString("sentiment")).isNotEmpty();
              assertThat(answer.getRow("batch").getString("batch_id")).startsWith("batch_");
              return null;
            });
    PAssert.that(outputs.get("broken"))
        .satisfies(
            rows -> {
              Row error = rows.iterator().next();
              assertThat(rows).hasSize(1);
              assertThat(error.getRow("failed_row")).isEqualTo(without);
              assertThat(error.getString("error_message")).contains("text");
              assertThat(error.getString("reason")).isEqualTo("invalid_document");
              assertThat(error.getInt64("attempts")).isZero();
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void aFailedRowStopsAPipelineThatHasNoPlaceForItAndNothingIsPaidAgain() throws Exception {
    Schema schema = Schema.builder().addNullableField("text", FieldType.STRING).build();
    Create.Values<Row> rows =
        Create.of(
                Row.withSchema(schema).addValue("good").build(),
                Row.withSchema(schema).addValue(null).build())
            .withRowSchema(schema);
    BatchInference<Row> inference =
        BatchInference.ofRows(job().inference())
            .withStaging(staging())
            .withRun("r1")
            .withProviders(local());
    PCollectionRowTuple.of("input", pipeline.apply(rows))
        .apply(new BatchInferenceTransformProvider.Rows(inference, null));
    assertThatThrownBy(() -> pipeline.run().waitUntilFinish())
        .hasStackTraceContaining("a row failed (invalid_document), and there is no error_handling");

    pipeline = DirectPipelines.create();
    PCollectionRowTuple outputs =
        PCollectionRowTuple.of("input", pipeline.apply(rows))
            .apply(new BatchInferenceTransformProvider.Rows(inference, "errors"));
    PAssert.thatSingleton(outputs.get("output").apply(Count.globally())).isEqualTo(1L);
    PAssert.thatSingleton(outputs.get("errors").apply("Failed", Count.globally())).isEqualTo(1L);
    pipeline.run().waitUntilFinish();
    assertThat(batches()).isOne();
  }

  @Test
  void anAnswerThatItsFieldCannotHoldIsAFailedRow() throws Exception {
    Schema schema = Schema.builder().addStringField("id").addStringField("text").build();
    Row row = Row.withSchema(schema).addValues("a", "good").build();
    Answers<Row> answers =
        pipeline
            .apply(Create.of(row).withRowSchema(schema))
            .apply(
                BatchInference.ofRows(
                        job(
                            "request.body.response_format={type: json_schema, json_schema: {name:"
                                + " n, schema: {type: object, required: [n], properties: {n: {type:"
                                + " integer, minimum: 20000000000000000000}}}}}",
                            "request.body.max_tokens=100"))
                    .withStaging(staging())
                    .withRun("r1")
                    .withProviders(local()));
    PAssert.thatSingleton(answers.answered().apply(Count.globally())).isEqualTo(0L);
    PAssert.that(answers.failed())
        .satisfies(
            failed -> {
              assertThat(failed)
                  .extracting(record -> record.getFailure().getDescription())
                  .singleElement()
                  .asString()
                  .contains("the sink can't hold the answer");
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void givesTheSameAnswersAgainWithoutPayingWhenItIsBuiltAgain() throws Exception {
    for (int launch = 1; launch <= 2; launch++) {
      Answers<String> answers =
          pipeline
              .apply(Create.of(texts(0, 200)))
              .apply(
                  BatchInference.of(job())
                      .withStaging(staging())
                      .withRun("r1")
                      .withProviders(local()));
      PAssert.that(answers.answered()).satisfies(BatchInferenceTest::areAnswered);
      pipeline.run().waitUntilFinish();
      assertThat(batches()).isOne();
    }
  }

  @Test
  void asksWindowByWindowOnUnboundedInput() throws Exception {
    PAssert.that(stream(0, 200).answered()).satisfies(BatchInferenceTest::areAnswered);
    pipeline.run().waitUntilFinish();

    assertThat(batches()).isEqualTo(2);
  }

  @Test
  void plansAWindowOnceWhateverTheTriggerOfItsInput() throws Exception {
    Window<String> accumulating =
        Window.<String>into(FixedWindows.of(Duration.standardSeconds(100)))
            .triggering(
                AfterWatermark.pastEndOfWindow().withEarlyFirings(AfterPane.elementCountAtLeast(1)))
            .withAllowedLateness(Duration.ZERO)
            .accumulatingFiredPanes();

    PAssert.that(stream(0, 200, accumulating).answered())
        .satisfies(BatchInferenceTest::areAnswered);
    pipeline.run().waitUntilFinish();

    assertThat(batches()).isEqualTo(2);
  }

  @Test
  void aWindowThatAnEarlierLaunchPlannedTakesFurtherDocuments() throws Exception {
    stream(0, 50);
    pipeline.run().waitUntilFinish();
    assertThat(batches()).isOne();

    PAssert.that(stream(50, 200).answered()).satisfies(BatchInferenceTest::areAnswered);
    pipeline.run().waitUntilFinish();
    assertThat(batches()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"key", "create_batch:no_quota"})
  void aStreamIsDrainedThoughTheProviderRefusesAndALaterLaunchGoesOn(String refusal)
      throws Exception {
    serve(refusal.equals("key") ? "another-key" : "any-key");
    server.faults(refusal.equals("key") ? Faults.none() : FaultText.parse(refusal));
    stream(0, 200);
    PipelineResult drained = pipeline.run();
    assertThat(drained.waitUntilFinish()).isEqualTo(State.DONE);

    assertThat(verdicts(drained)).isPositive();
    assertThat(report().documents()).isEqualTo(200);
    assertThat(report().problems())
        .hasSize(2)
        .anySatisfy(
            problem ->
                assertThat(problem)
                    .contains(refusal.equals("key") ? "refuses the key" : "quota is used up")
                    .contains("run the same command again")
                    .endsWith("and 1 more)"))
        .contains("none of 200 documents was answered");

    serve("any-key");
    PAssert.that(stream(0, 0).answered()).satisfies(BatchInferenceTest::areAnswered);
    assertThat(pipeline.run().waitUntilFinish()).isEqualTo(State.DONE);
    assertThat(batches()).isEqualTo(2);
    assertThat(report().problems()).isEmpty();
  }

  @Test
  void aStreamHoldsBackWhatIsOverBudgetUntilALaunchMayPayForIt() throws Exception {
    overrides = List.of("limits.cost_usd=0.000001");
    stream(0, 200);
    assertThat(pipeline.run().waitUntilFinish()).isEqualTo(State.DONE);

    assertThat(batches()).isZero();
    assertThat(report().problems())
        .anySatisfy(
            problem ->
                assertThat(problem)
                    .contains(
                        "plan a1-", "more than limits.cost_usd allows", "nothing of it was sent"));

    overrides = List.of("limits.cost_usd=10");
    PAssert.that(stream(0, 0).answered()).satisfies(BatchInferenceTest::areAnswered);
    assertThat(pipeline.run().waitUntilFinish()).isEqualTo(State.DONE);
    assertThat(report().problems()).isEmpty();
  }

  @Test
  void unboundedDocumentsNeedWindows() {
    Pipeline endless = Pipeline.create();
    PCollection<String> documents =
        endless.apply(TestStream.create(StringUtf8Coder.of()).advanceWatermarkToInfinity());

    assertThatThrownBy(() -> documents.apply("Ask", BatchInference.of(job())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("apply Window.into(…) before");
  }

  @Test
  void handsFailedDocumentsToAnErrorHandler() throws Exception {
    BadRecordErrorHandler<PCollection<Long>> errors =
        pipeline.registerBadRecordErrorHandler(new CountErrors());
    pipeline
        .apply(Create.of(texts(0, 100)))
        .apply(
            BatchInference.of(job())
                .withStaging(staging())
                .withRun("r1")
                .withProviders(local())
                .withErrorHandler(errors));
    errors.close();
    PAssert.thatSingleton(errors.getOutput()).isEqualTo(2L);
    pipeline.run().waitUntilFinish();
  }

  @Test
  void refusesARunThatWasBegunWithAnotherJobBeforeAnythingIsPaid() throws Exception {
    ask(job(), texts(0, 10));
    pipeline.run().waitUntilFinish();
    assertThat(batches()).isOne();

    ask(job("request.body.max_tokens=3"), texts(0, 10));
    assertThatThrownBy(() -> pipeline.run().waitUntilFinish())
        .hasStackTraceContaining("was begun with another job")
        .hasStackTraceContaining("request.body.max_tokens");
    assertThat(batches()).isOne();
  }

  @Test
  void buildingTheStepsTouchesNothingAndNeedsNoKey() throws Exception {
    pipeline
        .apply(Create.of(texts(0, 10)))
        .apply(BatchInference.of(job()).withStaging(staging()).withRun("r1"));

    // What an expansion service does, too, before it hands the steps out.
    assertThat(PipelineTranslation.toProto(pipeline).getComponents().getTransformsMap())
        .isNotEmpty();
    assertThat(System.getenv("OPENAI_API_KEY")).isNull();
    assertThat(Path.of(staging())).doesNotExist();
  }

  @Test
  void theSameStepsMayBeLaunchedAgain() throws Exception {
    Answers<String> answers = ask(job(), texts(0, 200));
    PAssert.that(answers.answered()).satisfies(BatchInferenceTest::areAnswered);
    pipeline.run().waitUntilFinish();
    pipeline.run().waitUntilFinish();

    assertThat(batches()).isOne();
  }

  @Test
  void theStepsMayBeBuiltTwiceForOneRun() throws Exception {
    BatchInference<String> inference =
        BatchInference.of(job()).withStaging(staging()).withRun("r1").withProviders(local());
    inference.expand(pipeline.apply("Other", Create.of(texts(0, 200))));
    pipeline = DirectPipelines.create();
    Answers<String> answers = pipeline.apply(Create.of(texts(0, 200))).apply(inference);
    PAssert.that(answers.answered()).satisfies(BatchInferenceTest::areAnswered);
    pipeline.run().waitUntilFinish();

    assertThat(batches()).isOne();
  }

  @Test
  void takesAnInferenceThatIsBuiltInJavaWithoutSourceOrSink() throws Exception {
    Inference inference =
        Inference.builder()
            .model("gpt-4o-mini")
            .endpoint("/v1/chat/completions")
            .body(
                "{\"messages\": [{\"role\": \"user\","
                    + " \"content\": \"Classify the sentiment: {{text}}\"}]}")
            .resultField("sentiment")
            .pollInterval(java.time.Duration.ofMillis(100))
            .build();
    Answers<String> answers =
        pipeline
            .apply(Create.of(texts(0, 200)))
            .apply(
                BatchInference.of(inference)
                    .withName("reviews")
                    .withId("id")
                    .withStaging(staging())
                    .withRun("r1")
                    .withProviders(local()));
    PAssert.that(answers.answered()).satisfies(BatchInferenceTest::areAnswered);
    pipeline.run().waitUntilFinish();

    assertThat(Path.of(staging(), "reviews", "r1", "report.json")).exists();
  }

  @Test
  void aRunNeedsAName() {
    PCollection<String> documents = pipeline.apply(Create.of("{}"));

    assertThatThrownBy(() -> documents.apply("Ask", BatchInference.of(job())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the run has no name; add withRun");
  }

  private Answers<String> ask(Job job, List<String> texts) {
    pipeline = DirectPipelines.create();
    return pipeline
        .apply(Create.of(texts))
        .apply(BatchInference.of(job).withStaging(staging()).withRun("r1").withProviders(local()));
  }

  /** Documents that come a second apart, in windows of a hundred seconds. */
  private Answers<String> stream(int from, int to) throws Exception {
    return stream(from, to, Window.into(FixedWindows.of(Duration.standardSeconds(100))));
  }

  private Answers<String> stream(int from, int to, Window<String> window) throws Exception {
    TestStream.Builder<String> stream = TestStream.create(StringUtf8Coder.of());
    for (int i = from; i < to; i += ARRIVING_TOGETHER) {
      stream = stream.addElements(timed(i), later(i + 1, i + ARRIVING_TOGETHER));
    }
    pipeline = DirectPipelines.create();
    return pipeline
        .apply(stream.advanceWatermarkToInfinity())
        .apply(window)
        .apply(
            BatchInference.of(job(overrides.toArray(String[]::new)))
                .withStaging(staging())
                .withRun("r1")
                .withProviders(local()));
  }

  private static TimestampedValue<String> timed(int number) {
    return TimestampedValue.of(text(number), Instant.EPOCH.plus(Duration.standardSeconds(number)));
  }

  @SuppressWarnings("unchecked") // Of a generic type there is no other array.
  private static TimestampedValue<String>[] later(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(BatchInferenceTest::timed)
        .toArray(TimestampedValue[]::new);
  }

  /** Starts the server anew, which goes on with the batches that it had. */
  private void serve(String key) throws Exception {
    server.close();
    server =
        LocalServer.start(
            LocalServerSettings.defaults().withDir(folder.resolve("server")).withApiKey(key));
  }

  private Report report() throws Exception {
    return Report.of(RunFolder.of(staging(), "reviews", "r1"));
  }

  private static long verdicts(PipelineResult result) {
    MetricsFilter named =
        MetricsFilter.builder()
            .addNameFilter(MetricNameFilter.named("beambatch", "verdicts"))
            .build();
    return StreamSupport.stream(
            result.metrics().queryMetrics(named).getCounters().spliterator(), false)
        .mapToLong(MetricResult::getAttempted)
        .sum();
  }

  private int batches() throws Exception {
    try (BatchProvider provider = local().open()) {
      return provider.list(null, 100).batches().size();
    }
  }

  /** The example in the documentation. */
  static void example(PCollection<String> documents) {
    Inference inference =
        Inference.builder()
            .model("gpt-4o-mini")
            .endpoint("/v1/chat/completions")
            .body("{\"messages\": [{\"role\": \"user\", \"content\": \"{{text}}\"}]}")
            .resultField("sentiment")
            .build();
    Answers<String> answers =
        documents.apply(
            "Ask for the mood",
            BatchInference.of(inference).withStaging("gs://bucket/staging").withRun("2026-01-31"));
    answers.answered().apply("Store", TextIO.write().to("gs://bucket/answers"));
    answers.failed().apply("Count what failed", Count.globally());
  }

  private static final class CountErrors
      extends org.apache.beam.sdk.transforms.PTransform<PCollection<BadRecord>, PCollection<Long>> {
    @Override
    public PCollection<Long> expand(PCollection<BadRecord> records) {
      return records.apply(Count.globally());
    }
  }

  private static Void areAnswered(Iterable<String> documents) {
    Map<String, JsonNode> byId =
        StreamSupport.stream(documents.spliterator(), false)
            .map(BatchInferenceTest::tree)
            .collect(Collectors.toMap(tree -> tree.path("id").asText(), tree -> tree));
    assertThat(new TreeSet<>(byId.keySet()))
        .isEqualTo(
            IntStream.range(0, 200)
                .filter(i -> i % 100 != 33 && i % 100 != 66)
                .mapToObj(Integer::toString)
                .collect(Collectors.toCollection(TreeSet::new)));
    assertThat(byId.values())
        .allSatisfy(
            tree -> {
              assertThat(tree.path("sentiment").asText()).isNotEmpty();
              assertThat(tree.path("_batch").path("attempt").asInt()).isEqualTo(1);
            });
    return null;
  }

  private static JsonNode tree(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  private static List<String> texts(int from, int to) {
    return IntStream.range(from, to).mapToObj(BatchInferenceTest::text).toList();
  }

  private static String text(int number) {
    return switch (number % 100) {
      case 33 -> "broken " + number;
      case 66 -> "{\"id\":\"" + number + "\"}";
      default -> "{\"id\":\"" + number + "\",\n \"text\":\"a good one, number " + number + "\"}";
    };
  }

  private String staging() {
    return folder.resolve("staging").toString();
  }

  private TestProviders local() {
    return new TestProviders(server.baseUrl().toString());
  }

  private static Job job(String... overrides) throws Exception {
    return JobReader.parse(
        "job.yaml",
        """
        name: reviews
        source: {type: jsonl, path: none, id: id}
        request:
          endpoint: /v1/chat/completions
          model: gpt-4o-mini
          body:
            max_tokens: 10
            messages: [{role: user, content: "Classify the sentiment: {{text}}"}]
        result: {field: sentiment}
        sink: {type: jsonl, path: none}
        poll: {interval: 100ms}
        """,
        List.of(overrides));
  }
}
