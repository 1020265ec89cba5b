package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import io.beambatch.cli.Said;
import io.beambatch.cli.SourceDocuments;
import io.beambatch.cli.Workplace;
import io.beambatch.job.FileDestination;
import io.beambatch.job.FileSource;
import io.beambatch.job.Job;
import io.beambatch.job.JobReader;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every shipped pipeline, from the command line to its files, answered by the local server. */
class PipelinesRunTest {
  @TempDir Path folder;

  @ParameterizedTest
  @MethodSource("pipelines")
  void answersEveryDocumentAndLeavesItsFieldsAsTheyWere(Path path) throws Exception {
    Workplace workplace = new Workplace(folder);
    Job job = JobReader.read(path.toString(), List.of());
    List<JsonNode> sources = SourceDocuments.of((FileSource) job.source());

    Said said = workplace.run(path.toString());

    assertThat(said.exitCode()).as("%s", said).isZero();
    List<JsonNode> answered = answered(workplace, job);
    assertThat(answered.stream().map(document -> without(document, job)))
        .containsExactlyInAnyOrderElementsOf(sources);
    assertThat(workplace.failed()).isEmpty();
    for (JsonNode document : answered) {
      fits(job, document, document.path(job.inference().result().field()));
    }
    assertThat(answered.stream().map(document -> document.at("/_batch/custom_id").asText()))
        .doesNotHaveDuplicates();
    reports(workplace.report(said), job, answered);
  }

  private static void reports(JsonNode report, Job job, List<JsonNode> answered) {
    assertThat(report.path("job").asText()).isEqualTo(job.name());
    assertThat(report.path("model").asText()).isEqualTo(job.inference().request().model());
    assertThat(report.path("documents").asLong()).isEqualTo(answered.size());
    assertThat(report.path("answered").asLong()).isEqualTo(answered.size());
    assertThat(report.path("failed")).isEmpty();
    assertThat(report.path("requests").asLong()).isEqualTo(answered.size());
    assertThat(report.path("batches").asInt()).isEqualTo(1);
    assertThat(report.path("attempts").asInt()).isEqualTo(1);
    assertThat(report.path("bytes").asLong()).isPositive();
    assertThat(report.path("prompt_tokens").asLong())
        .isEqualTo(sum(answered, "/_batch/prompt_tokens"));
    assertThat(report.path("completion_tokens").asLong())
        .isEqualTo(sum(answered, "/_batch/completion_tokens"));
    // At batch prices it is half of what it would have been.
    assertThat(report.path("cost_usd").decimalValue().doubleValue() * 2)
        .isCloseTo(report.path("cost_realtime_usd").decimalValue().doubleValue(), within(2e-6));
  }

  private static long sum(List<JsonNode> documents, String pointer) {
    return documents.stream().mapToLong(document -> document.at(pointer).asLong()).sum();
  }

  /** What each pipeline is there for. */
  private static void fits(Job job, JsonNode document, JsonNode answer) {
    JsonNode batch = document.path("_batch");
    // Of Gemini's replies, those with embeddings name no model.
    assertThat(batch.path("model").asText())
        .isEqualTo(
            job.name().equals("embeddings-gemini")
                ? "null"
                : job.inference().request().model() + "-simulated");
    assertThat(batch.path("batch_id").asText()).startsWith("batch");
    assertThat(batch.path("attempt").asInt()).isEqualTo(1);
    switch (job.name()) {
      case "sentiment" -> assertThat(answer.textValue()).isIn("positive", "negative", "neutral");
      case "labels" ->
          assertThat(answer.textValue())
              .isIn(
                  "account",
                  "billing",
                  "delivery",
                  "bug",
                  "feature",
                  "question",
                  "praise",
                  "other");
      case "entities", "augmentation" ->
          assertThat(
                  JsonSchemaFactory.getInstance(VersionFlag.V202012)
                      .getSchema(job.inference().result().schema())
                      .validate(answer))
              .as("%s", answer)
              .isEmpty();
      case "summaries" ->
          assertThat(answer.textValue())
              .isNotBlank()
              .hasSizeLessThan(document.path("text").asText().length());
      case "nightly-report" ->
          assertThat(answer.textValue()).contains(document.at("/branch/city").asText());
      case "embeddings", "embeddings-gemini" -> isUnitVector(answer, 256);
      case "moderation" -> isModeration(answer);
      default -> throw new AssertionError("say here what " + job.name() + " has to answer");
    }
  }

  private static void isUnitVector(JsonNode vector, int dimensions) {
    assertThat(vector).hasSize(dimensions).allMatch(JsonNode::isNumber);
    double squares = 0;
    for (JsonNode number : vector) {
      squares += number.doubleValue() * number.doubleValue();
    }
    assertThat(Math.sqrt(squares)).isCloseTo(1, within(1e-6));
  }

  private static void isModeration(JsonNode answer) {
    assertThat(answer.path("flagged").isBoolean()).isTrue();
    boolean any = false;
    for (JsonNode category : answer.path("categories")) {
      assertThat(category.isBoolean()).isTrue();
      any |= category.booleanValue();
    }
    assertThat(answer.path("flagged").booleanValue()).isEqualTo(any);
    assertThat(answer.path("categories").fieldNames())
        .toIterable()
        .contains("hate", "harassment", "self-harm", "sexual", "violence");
    assertThat(answer.path("category_scores"))
        .hasSameSizeAs(answer.path("categories"))
        .allMatch(score -> score.doubleValue() >= 0 && score.doubleValue() <= 1);
  }

  private static List<JsonNode> answered(Workplace workplace, Job job) throws IOException {
    if (((FileDestination) job.answers()).format() == FileDestination.Format.JSONL) {
      return workplace.answered();
    }
    List<JsonNode> documents = new ArrayList<>();
    for (Path file : Workplace.files(workplace.sink(), ".csv")) {
      assertThat(Files.readString(file)).contains("\r\n");
      for (JsonNode row : SourceDocuments.csv(file, CSVFormat.RFC4180)) {
        ((ObjectNode) row).set("_batch", Workplace.JSON.readTree(row.path("_batch").asText()));
        documents.add(row);
      }
    }
    return documents;
  }

  private static JsonNode without(JsonNode document, Job job) {
    return ((ObjectNode) document.deepCopy())
        .remove(List.of(job.inference().result().field(), "_batch"));
  }

  private static Stream<Path> pipelines() throws IOException {
    List<Path> paths = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of("pipelines"), "*.yaml")) {
      files.forEach(paths::add);
    }
    return paths.stream().sorted();
  }
}
