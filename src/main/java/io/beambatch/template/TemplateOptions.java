package io.beambatch.template;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.beambatch.template.TemplateParameter.Kind;
import java.util.Locale;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.Validation;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of the flex template: the only place that names and describes them. {@link
 * TemplateFiles} generates metadata, container spec and the table in the docs from it.
 */
public interface TemplateOptions extends PipelineOptions {
  @TemplateParameter(
      order = 1,
      label = "Job file",
      kind = Kind.GCS_READ_FILE,
      regex = "gs://[^*?]+\\.ya?ml",
      example = "gs://my-bucket/jobs/sentiment.yaml")
  @Description("The job file.")
  @Validation.Required
  String getJobFile();

  void setJobFile(String value);

  @TemplateParameter(
      order = 2,
      label = "Staging location",
      kind = Kind.GCS_WRITE_FOLDER,
      regex = "gs://[^*?]+",
      example = "gs://my-bucket/beambatch")
  @Description(
      "The folder where runs keep their state, the same for every launch of a run. Not Dataflow's"
          + " own staging location.")
  @Validation.Required
  String getStaging();

  void setStaging(String value);

  @TemplateParameter(
      order = 3,
      label = "Secret with the provider's key",
      regex =
          "projects/[^/]+/(locations/[a-z0-9-]+/)?secrets/[A-Za-z0-9_-]+/versions/(latest|[0-9]+)",
      example = "projects/my-project/secrets/openai-key/versions/latest")
  @Description(
      "The version of a Secret Manager secret, global or regional, that holds the provider's API"
          + " key. The workers read it: their service account needs the role roles/secretmanager.secretAccessor.")
  @Validation.Required
  String getApiKeySecret();

  void setApiKeySecret(String value);

  @TemplateParameter(order = 4, label = "Mode", kind = Kind.ENUM, example = "submit")
  @Description(
      "run: from documents to answers, waiting for the batches. submit: up to the created batches."
          + " collect: looks once, and writes what has ended. cancel: lets nothing more be sent,"
          + " cancels the batches, and writes what was answered.")
  @Default.Enum("RUN")
  Mode getMode();

  void setMode(Mode value);

  @TemplateParameter(
      order = 5,
      label = "Run",
      regex = "[A-Za-z0-9_-]{1,64}",
      without =
          "Without one, the unfinished run of the job is taken up, else a new one is named by the"
              + " time.",
      example = "2026-03-31")
  @Description("The run's name: a launch with the same name resumes it, or finds it finished.")
  @Nullable String getRun();

  void setRun(@Nullable String value);

  @TemplateParameter(
      order = 6,
      label = "Root of relative paths",
      kind = Kind.GCS_WRITE_FOLDER,
      regex = "gs://[^*?]+",
      without = "Without it, every path in the job file has to be a gs:// path.",
      example = "gs://my-bucket/data")
  @Description("The folder where relative paths in the job file start.")
  @Nullable String getRoot();

  void setRoot(@Nullable String value);

  @TemplateParameter(
      order = 7,
      label = "Overrides",
      example = "source.path=gs://my-bucket/in/2026-03-31/*.jsonl;retry.attempts=2")
  @Description(
      "Fields of the job file to be replaced, as key.path=value, separated by semicolons; a"
          + " semicolon in a value is written twice.")
  @Nullable String getOverrides();

  void setOverrides(@Nullable String value);

  /** What a launch does. */
  enum Mode {
    @JsonProperty("run")
    RUN,
    @JsonProperty("submit")
    SUBMIT,
    @JsonProperty("collect")
    COLLECT,
    @JsonProperty("cancel")
    CANCEL;

    /** As written in a launch. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
