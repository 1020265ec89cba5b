package io.beambatch.template;

import io.beambatch.BatchPipeline;
import io.beambatch.batch.CoordinatorSettings;
import io.beambatch.batch.RunIdentity;
import io.beambatch.job.Job;
import io.beambatch.job.JobFileException;
import io.beambatch.provider.ProviderFactory;
import io.beambatch.run.Budget;
import io.beambatch.run.LateRun;
import io.beambatch.storage.RunFolder;
import io.beambatch.template.TemplateOptions.Mode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.options.Validation;

/**
 * Stages a classic template: the graph of one job, for any run of it. Dataflow's runner writes it
 * to {@code --templateLocation}; its metadata is written beside it by whoever builds it.
 */
public final class ClassicTemplate {
  private ClassicTemplate() {}

  /** What is asked of a build, beside the parameters that are fixed by it. */
  public interface BuildOptions extends TemplateOptions {
    @Description("The local file for the template's metadata.")
    @Validation.Required
    String getMetadataFile();

    void setMetadataFile(String value);
  }

  /** Stages the template of {@code --jobFile}. */
  public static void main(String[] args) throws Exception {
    PipelineOptionsFactory.register(BuildOptions.class);
    BuildOptions options =
        PipelineOptionsFactory.fromArgs(args).withValidation().as(BuildOptions.class);
    Job job = read(options);
    pipeline(job, options, SecretProviders.of(job, options)).run();
    String name =
        options.getMode() == Mode.RUN ? job.name() : job.name() + ", " + options.getMode();
    Files.writeString(Path.of(options.getMetadataFile()), TemplateFiles.classicMetadata(name));
  }

  private static Job read(BuildOptions options) throws JobFileException {
    Job job = HostedJob.read(options);
    if (job.source().watch() != null
        || job.source().table() != null
        || job.sink().table() != null
        || job.failures().table() != null
        || job.sink().topic() != null
        || job.failures().topic() != null) {
      throw new ParameterException(
          options.getJobFile()
              + " watches its source, or has a BigQuery table, or a subscription or topic of Pub/Sub,"
              + " which a graph can't take up that is fixed before its run begins: use the flex"
              + " template");
    }
    return job;
  }

  /** The graph of a job whose run is named later. */
  static Pipeline pipeline(Job job, TemplateOptions options, ProviderFactory providers) {
    RunFolder folder =
        new RunFolder(new LateFolder(options.getStaging(), job.name(), options.getRun()));
    LateRun run = LateRun.of(job, folder);
    Pipeline pipeline = Pipeline.create(options);
    new BatchPipeline(
            job,
            folder,
            new Budget(job, folder),
            options.getMode() == Mode.COLLECT ? run.planned() : run)
        .run(
            pipeline,
            List.of(),
            CoordinatorSettings.of(job.inference(), new RunIdentity(run))
                .in(options.getMode().await()),
            providers)
        .apply("Fail over limit", new FailOverLimit(job));
    return pipeline;
  }
}
