package io.beambatch;

import com.fasterxml.jackson.databind.node.TextNode;
import io.beambatch.document.ReservedFields;
import io.beambatch.job.Inference;
import io.beambatch.job.JobFileException;
import io.beambatch.job.JobReader;
import io.beambatch.provider.ProviderSettingsException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.schemas.JavaFieldSchema;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.annotations.DefaultSchema;
import org.apache.beam.sdk.schemas.annotations.SchemaFieldDescription;
import org.apache.beam.sdk.schemas.annotations.SchemaFieldName;
import org.apache.beam.sdk.schemas.transforms.SchemaTransform;
import org.apache.beam.sdk.schemas.transforms.TypedSchemaTransformProvider;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.apache.beam.sdk.values.PCollectionRowTuple;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/**
 * {@link BatchInference} for Beam YAML and for pipelines in other languages: rows in, rows out.
 * Beam finds it on the class path by {@link #IDENTIFIER}.
 *
 * <p>{@code output} has the answered rows: their original fields, the answer in its type, and
 * {@code batch}, which describes how it was answered. With {@code error_handling}, the output that
 * it names has the failed rows: {@code failed_row}, {@code error_message}, {@code reason} and
 * further details. Without it, a failed row stops the pipeline when its batch has ended.
 *
 * <p>Building the steps opens, reads and writes nothing. A wrong configuration is an {@link
 * IllegalArgumentException} that names the keys.
 */
public final class BatchInferenceTransformProvider
    extends TypedSchemaTransformProvider<BatchInferenceTransformProvider.Configuration> {
  /** The identifier of the transform, also in the graph of a pipeline. */
  public static final String IDENTIFIER = "beam:schematransform:io.beambatch:batch_inference:v1";

  private static final String INPUT = "input";
  private static final String OUTPUT = "output";

  /** The field of a row that replaces {@code _batch}: Python's rows allow no leading underscore. */
  private static final String BATCH = "batch";

  @Override
  public String identifier() {
    return IDENTIFIER;
  }

  @Override
  public String description() {
    return "Asks a model about every row through a provider's batch API, at half the price of"
        + " real-time calls. Gives each row once: answered, or failed with the reason. A pipeline"
        + " that is launched again under the same run's name pays nothing twice.";
  }

  @Override
  public List<String> inputCollectionNames() {
    return List.of(INPUT);
  }

  @Override
  public List<String> outputCollectionNames() {
    return List.of(OUTPUT, "errors");
  }

  @Override
  protected SchemaTransform from(Configuration configuration) {
    Inference inference = configuration.inference();
    BatchInference<Row> transform = BatchInference.ofRows(inference).withRun(configuration.run);
    if (configuration.name != null) {
      transform = transform.withName(configuration.name);
    }
    if (configuration.id != null) {
      transform = transform.withId(configuration.id);
    }
    if (configuration.staging != null) {
      transform = transform.withStaging(configuration.staging);
    }
    if (configuration.secret != null) {
      try {
        transform =
            transform.withProviders(
                SecretProviders.of(inference, configuration.secret).keepingTo(System.getenv()));
      } catch (ProviderSettingsException e) {
        throw new IllegalArgumentException(e.getMessage(), e);
      }
    }
    return new Rows(
        transform, configuration.errorHandling == null ? null : configuration.errorHandling.output);
  }

  /** The configuration of the transform, with the keys of a job file. */
  @DefaultSchema(JavaFieldSchema.class)
  public static final class Configuration {
    @SchemaFieldDescription(
        "What is asked, as the text of a job file (YAML): its sections request, result, limits,"
            + " retry, poll and prices. The keys beside this one come on top of it.")
    public @Nullable String job;

    @SchemaFieldDescription("The provider's name, such as openai, anthropic or gemini.")
    public @Nullable String provider;

    @SchemaFieldDescription("The model's name; required here or in the job.")
    public @Nullable String model;

    @SchemaFieldDescription("The endpoint, such as /v1/embeddings; else the provider's first.")
    public @Nullable String endpoint;

    @SchemaFieldDescription(
        "What the model is asked about each row, with {{field}} for a value of the row.")
    public @Nullable String prompt;

    @SchemaFieldDescription("What the model is told about its task, beside the prompt.")
    public @Nullable String system;

    @SchemaFieldDescription(
        "In place of the prompt: the request's body as the provider documents it, as JSON, with"
            + " {{field}} in any string.")
    public @Nullable String body;

    @SchemaFieldDescription("The field that takes the answer; else answer.")
    @SchemaFieldName("result_field")
    public @Nullable String resultField;

    @SchemaFieldDescription(
        "A JSON schema that answers have to fit; it also gives the answer's field its type.")
    @SchemaFieldName("result_schema")
    public @Nullable String resultSchema;

    @SchemaFieldDescription(
        "Any other key of a job file's sections, such as limits.cost_usd: \"2.50\".")
    public @Nullable Map<String, String> settings;

    @SchemaFieldDescription("Names what is asked: its runs are in a folder of this name.")
    public @Nullable String name;

    @SchemaFieldDescription("The field that names a row; else rows are named by their content.")
    public @Nullable String id;

    @SchemaFieldDescription(
        "Where the run keeps what it knows, local or gs://; else .beambatch. Every worker has to"
            + " reach it.")
    public @Nullable String staging;

    @SchemaFieldDescription(
        "The run's name. A pipeline that is launched again under the same name continues where it"
            + " ended and pays nothing twice; new rows need a new name.")
    public String run = "";

    @SchemaFieldDescription(
        "A version of a secret in Google Cloud's Secret Manager that holds the key, such as"
            + " projects/my-project/secrets/openai-key/versions/latest; else the key is taken from"
            + " the environment of each worker.")
    public @Nullable String secret;

    @SchemaFieldDescription("Where failed rows go; without it, one of them stops the pipeline.")
    @SchemaFieldName("error_handling")
    public @Nullable Errors errorHandling;

    private Inference inference() {
      List<String> given = new ArrayList<>();
      add(given, "request.provider", provider);
      add(given, "request.model", model);
      add(given, "request.endpoint", endpoint);
      add(given, "request.prompt.user", prompt);
      add(given, "request.prompt.system", system);
      if (body != null) {
        given.add("request.body=" + body);
      }
      add(given, "result.field", resultField);
      if (resultSchema != null) {
        given.add("result.schema=" + resultSchema);
      }
      if (settings != null) {
        settings.forEach((key, value) -> given.add(key + "=" + value));
      }
      try {
        return JobReader.parseInference(job == null ? "{}" : job, given);
      } catch (JobFileException e) {
        throw new IllegalArgumentException(e.getMessage(), e);
      }
    }

    private static void add(List<String> settings, String key, @Nullable String text) {
      if (text != null) {
        settings.add(key + "=" + TextNode.valueOf(text));
      }
    }
  }

  /** Beam's configuration of error handling. */
  @DefaultSchema(JavaFieldSchema.class)
  public static final class Errors {
    @SchemaFieldDescription("The name of the output that takes failed rows.")
    public String output = "";
  }

  /** The configured transform. */
  static final class Rows extends SchemaTransform {
    private final BatchInference<Row> inference;
    private final @Nullable String errors;

    Rows(BatchInference<Row> inference, @Nullable String errors) {
      this.inference = inference;
      this.errors = errors;
    }

    @Override
    public PCollectionRowTuple expand(PCollectionRowTuple input) {
      PCollection<Row> rows = input.getSinglePCollection();
      if (errors == null && rows.isBounded() == IsBounded.UNBOUNDED) {
        throw new IllegalArgumentException(
            "unbounded rows need error_handling, such as {output: errors}: one that fails"
                + " would stop the pipeline again and again");
      }
      Answers<Row> answers = rows.apply("Ask", inference);
      PCollectionRowTuple output = PCollectionRowTuple.of(OUTPUT, withBatch(answers.answered()));
      if (errors == null) {
        answers.failed().apply("Stop at a failed row", ParDo.of(new StopFn()));
        return output;
      }
      FailedRows failed = new FailedRows(rows.getSchema());
      return output.and(
          errors,
          answers.failed().apply("Failed rows", ParDo.of(failed)).setRowSchema(failed.schema()));
    }

    private static PCollection<Row> withBatch(PCollection<Row> answered) {
      if (answered.getSchema().hasField(BATCH)) {
        throw new IllegalArgumentException(
            "the rows, or their answers, have a field "
                + BATCH
                + ", which is needed for the details of each answer; rename it");
      }
      Schema.Builder renamed = Schema.builder();
      for (Schema.Field field : answered.getSchema().getFields()) {
        boolean isBatch = field.getName().equals(ReservedFields.BATCH);
        renamed.addField(isBatch ? field.withName(BATCH) : field);
      }
      Schema schema = renamed.build();
      return answered.apply("Name batch", ParDo.of(new WithSchemaFn(schema))).setRowSchema(schema);
    }
  }

  private static final class WithSchemaFn extends DoFn<Row, Row> {
    private static final long serialVersionUID = 1L;

    private final Schema schema;

    WithSchemaFn(Schema schema) {
      this.schema = schema;
    }

    @ProcessElement
    public void process(@Element Row row, OutputReceiver<Row> out) {
      out.output(Row.withSchema(schema).attachValues(row.getValues()));
    }
  }

  /**
   * Reports what failed, without the row and without the provider's message, which may quote it.
   */
  private static final class StopFn extends DoFn<BadRecord, Void> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    @SuppressWarnings("DoNotCallSuggester") // the pipeline must stop
    public void process(@Element BadRecord failed) {
      throw new IllegalStateException(
          "a row failed ("
              + failed.getFailure().getException()
              + "), and there is no error_handling; add it, such as {output: errors}, and launch"
              + " the pipeline again under the same run's name: what was answered is not paid again");
    }
  }
}
