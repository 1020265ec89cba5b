package io.beambatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.RowCoder;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.transforms.SchemaTransformProvider;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.util.construction.PipelineTranslation;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionRowTuple;
import org.apache.beam.sdk.values.Row;
import org.joda.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchInferenceTransformProviderTest {
  private static final Schema REVIEWS =
      Schema.builder().addStringField("text").addNullableField("stars", FieldType.INT64).build();

  private static final SchemaTransformProvider PROVIDER =
      ServiceLoader.load(SchemaTransformProvider.class).stream()
          .map(ServiceLoader.Provider::get)
          .filter(
              found ->
                  found.identifier().equals("beam:schematransform:io.beambatch:batch_inference:v1"))
          .findFirst()
          .orElseThrow();

  @TempDir Path folder;
  private final Pipeline pipeline = DirectPipelines.create();

  @Test
  void eachFieldOfTheConfigurationIsDescribed() {
    assertThat(PROVIDER.configurationSchema().getFieldNames())
        .contains("model", "prompt", "result_field", "staging", "run", "secret", "error_handling");
    assertThat(PROVIDER.configurationSchema().getFields())
        .allSatisfy(field -> assertThat(field.getDescription()).endsWith("."));
    assertThat(
            PROVIDER.configurationSchema().getFields().stream()
                .filter(field -> !field.getType().getNullable())
                .map(Schema.Field::getName))
        .containsExactly("run");
    assertThat(PROVIDER.description()).contains("half the price");
    assertThat(PROVIDER.inputCollectionNames()).containsExactly("input");
    assertThat(PROVIDER.outputCollectionNames()).containsExactly("output", "errors");
  }

  @Test
  void theGuideHasEachFieldOfTheConfiguration() throws Exception {
    assertThat(Files.readAllLines(Path.of("docs/library.md")))
        .filteredOn(line -> line.startsWith("| `"))
        .containsExactlyInAnyOrderElementsOf(
            PROVIDER.configurationSchema().getFields().stream()
                .map(field -> "| `%s` | %s |".formatted(field.getName(), field.getDescription()))
                .toList());
  }

  @Test
  void theOutputsSchemasAreKnownWhenTheGraphIsBuiltAndNothingIsTouched() {
    PCollectionRowTuple outputs =
        expand(
            reviews(),
            Map.of(
                "model",
                "gpt-4o-mini",
                "prompt",
                "Rate: {{text}}",
                "result_field",
                "rating",
                "result_schema",
                "{\"type\": \"object\", \"additionalProperties\": false, \"required\": [\"n\"],"
                    + " \"properties\": {\"n\": {\"type\": \"integer\"}}}",
                "settings",
                Map.of("limits.cost_usd", "2.50", "retry.attempts", "1"),
                "staging",
                folder.resolve("staging").toString(),
                "run",
                "r1",
                "error_handling",
                Map.of("output", "broken")));

    assertThat(outputs.getAll()).containsOnlyKeys("output", "broken");
    Schema answered = outputs.get("output").getSchema();
    assertThat(answered.getFieldNames()).containsExactly("text", "stars", "rating", "batch");
    assertThat(answered.getField("rating").getType().getRowSchema().getField("n").getType())
        .isEqualTo(FieldType.INT64.withNullable(true));
    assertThat(answered.getField("batch").getType().getRowSchema().getFieldNames())
        .containsExactly(
            "model",
            "finish_reason",
            "prompt_tokens",
            "completion_tokens",
            "batch_id",
            "custom_id",
            "attempt");
    Schema failed = outputs.get("broken").getSchema();
    assertThat(failed.getFieldNames())
        .startsWith("failed_row", "error_message")
        .contains("reason", "attempts", "batch_id", "request_id", "partial");
    assertThat(failed.getField("failed_row").getType().getRowSchema()).isEqualTo(REVIEWS);

    // What an expansion service does, too, before it hands the steps out.
    assertThat(PipelineTranslation.toProto(pipeline).getComponents().getTransformsMap())
        .isNotEmpty();
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aJobFilesTextSaysWhatIsAskedAndKeysBesideItComeOnTop() {
    PCollectionRowTuple outputs =
        expand(
            reviews(),
            Map.of(
                "job",
                """
                name: unused
                request:
                  model: text-embedding-3-small
                  endpoint: /v1/embeddings
                  body: {input: "{{text}}"}
                result: {field: vector}
                """,
                "result_field",
                "embedding",
                "run",
                "r1"));

    Schema answered = outputs.get("output").getSchema();
    assertThat(answered.getField("embedding").getType().getCollectionElementType())
        .isEqualTo(FieldType.DOUBLE);
    assertThat(outputs.getAll()).containsOnlyKeys("output");
  }

  @Test
  void saysAllThatIsWrongWithAConfiguration() {
    assertThatThrownBy(
            () ->
                expand(
                    reviews(),
                    Map.of(
                        "provider", "opnai",
                        "prompt", "{{text}}",
                        "settings", Map.of("limits.costs", "1"),
                        "run", "r1")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the configuration has 3 errors")
        .hasMessageContaining("did you mean 'openai'?")
        .hasMessageContaining("request.model")
        .hasMessageContaining("limits.costs=1: limits.costs: there is no such key")
        .hasMessageNotContaining("--set");
    assertThatThrownBy(() -> expand(reviews(), Map.of("model", "m", "prompt", "p", "run", "")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("run");
  }

  @Test
  void readsNoFileThatAConfigurationNames() {
    assertThatThrownBy(
            () ->
                expand(
                    reviews(),
                    Map.of(
                        "model", "gpt-4o-mini",
                        "prompt", "{{text}}",
                        "settings", Map.of("result.schema", "/etc/secret.json"),
                        "run", "r1")))
        .hasMessageContaining("result.schema: must be written out here; no file is read for it");
  }

  @Test
  void namesAFieldThatWouldBeThereTwice() {
    Schema schema = Schema.builder().addStringField("batch").build();
    PCollection<Row> rows = pipeline.apply(Create.empty(RowCoder.of(schema))).setRowSchema(schema);

    assertThatThrownBy(() -> expand(rows, Map.of("model", "m", "prompt", "{{batch}}", "run", "r1")))
        .hasMessageContaining("have a field batch");
  }

  @Test
  void rowsWithoutEndNeedAPlaceForThoseThatFail() {
    PCollection<Row> endless =
        pipeline
            .apply(TestStream.create(REVIEWS).advanceWatermarkToInfinity())
            .apply(Window.into(FixedWindows.of(Duration.standardSeconds(10))));
    Map<String, Object> configuration =
        Map.of("model", "gpt-4o-mini", "prompt", "{{text}}", "run", "r1");

    assertThatThrownBy(() -> expand(endless, configuration))
        .hasMessageContaining("need error_handling, such as {output: errors}");
  }

  private PCollection<Row> reviews() {
    return pipeline.apply(Create.empty(RowCoder.of(REVIEWS))).setRowSchema(REVIEWS);
  }

  private PCollectionRowTuple expand(PCollection<Row> rows, Map<String, Object> configuration) {
    return PCollectionRowTuple.of("input", rows)
        .apply(PROVIDER.from(row(PROVIDER.configurationSchema(), configuration)));
  }

  private static Row row(Schema schema, Map<?, ?> values) {
    List<Object> fields =
        schema.getFields().stream()
            .map(
                field -> {
                  Object value = values.get(field.getName());
                  return value != null && field.getType().getTypeName().isCompositeType()
                      ? row(field.getType().getRowSchema(), (Map<?, ?>) value)
                      : value;
                })
            .collect(java.util.stream.Collectors.toList());
    return Row.withSchema(schema).addValues(fields).build();
  }
}
