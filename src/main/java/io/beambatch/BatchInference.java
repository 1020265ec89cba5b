package io.beambatch;

import io.beambatch.batch.CoordinatorSettings;
import io.beambatch.job.Inference;
import io.beambatch.job.Job;
import io.beambatch.job.ProviderConnection;
import io.beambatch.job.RequestSpec;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.ProviderFactory;
import io.beambatch.provider.ProviderSettingsException;
import io.beambatch.provider.Recipient;
import io.beambatch.result.ReadResults;
import io.beambatch.result.ResultFile;
import io.beambatch.run.Budget;
import io.beambatch.run.Runs;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/**
 * Asks a provider's batch API about every document of a pipeline of your own.
 *
 * <p>Documents are JSON objects as texts ({@link #of}), or rows with a schema ({@link #ofRows}).
 * Each is emitted once: answered, with the result and {@code _batch} as its last fields, or failed,
 * with its reason.
 *
 * <pre>{@code
 * Inference inference =
 *     Inference.builder()
 *         .model("gpt-4o-mini")
 *         .endpoint("/v1/chat/completions")
 *         .body("{\"messages\": [{\"role\": \"user\", \"content\": \"{{text}}\"}]}")
 *         .resultField("sentiment")
 *         .build();
 * Answers<String> answers =
 *     documents.apply(
 *         "Ask for the mood",
 *         BatchInference.of(inference).withStaging("gs://bucket/staging").withRun("2026-01-31"));
 * answers.answered().apply("Store", TextIO.write().to("gs://bucket/answers"));
 * answers.failed().apply("Count what failed", Count.globally());
 * }</pre>
 *
 * <p>{@link io.beambatch.job.JobReader#readInference} reads an inference from a file.
 *
 * <p>The state of the run is kept in the staging location. A pipeline that is launched again with
 * the same run name continues where the last one stopped: what is planned is not planned again,
 * what was sent is not sent again, and all documents are emitted once more. On bounded input, one
 * plan covers all documents; a later launch ignores its input. On unbounded input, which must have
 * windows other than the global one, each window is planned when it closes, and the documents of an
 * unfinished window are read from the input again.
 *
 * <p>Building the steps touches neither the staging location nor the provider, and needs no key:
 * the run begins where the pipeline runs. The steps wait until the last batch has ended, up to
 * {@code poll.deadline}.
 *
 * @param <T> the type of a document
 */
public final class BatchInference<T> extends PTransform<PCollection<T>, Answers<T>> {
  private final DocumentForm<T> form;
  private final Settings settings;
  private final @Nullable ErrorHandler<BadRecord, ?> errors;

  private BatchInference(
      DocumentForm<T> form, Settings settings, @Nullable ErrorHandler<BadRecord, ?> errors) {
    this.form = form;
    this.settings = settings;
    this.errors = errors;
  }

  /** Asks about JSON objects. */
  public static BatchInference<String> of(Inference inference) {
    return of(Job.ofPipeline("inference", inference, null));
  }

  /**
   * Asks a job's question about JSON objects. It uses the job's name, inference and {@code
   * source.id}, and ignores its source and destinations.
   */
  public static BatchInference<String> of(Job job) {
    return new BatchInference<>(DocumentForm.JSON, Settings.of(job), null);
  }

  /**
   * Asks about rows. Answered ones have the rows' fields, then the result and {@code _batch}.
   *
   * <p>In a document, dates and times are ISO 8601 texts, bytes are Base64 texts, enums are their
   * symbols; numbers keep all their digits. Maps need strings as keys.
   */
  public static BatchInference<Row> ofRows(Inference inference) {
    return ofRows(Job.ofPipeline("inference", inference, null));
  }

  /** Asks a job's question about rows. */
  public static BatchInference<Row> ofRows(Job job) {
    return new BatchInference<>(new RowForm(job), Settings.of(job), null);
  }

  /**
   * Sets the name of the question, such as {@code sentiment}: the folder of all its runs in the
   * staging location. Without a name or a job, it is {@code inference}.
   */
  public BatchInference<T> withName(String name) {
    Job job = settings.job;
    return with(
        settings.with(new Job(name, job.source(), job.inference(), job.answers(), job.failures())));
  }

  /**
   * Sets the field that identifies a document; without it, documents are identified by their
   * content.
   */
  public BatchInference<T> withId(String field) {
    return with(
        settings.with(Job.ofPipeline(settings.job.name(), settings.job.inference(), field)));
  }

  /**
   * Sets the location of the run's state, local or {@code gs://}; the default is {@code
   * .beambatch}.
   */
  public BatchInference<T> withStaging(String location) {
    return with(new Settings(settings.job, location, settings.run, settings.providers));
  }

  /**
   * Begins or resumes the run with this name; required. A name stands for an input: new documents
   * need a new name, and a repeated launch needs the same one, so that nothing is paid twice.
   */
  public BatchInference<T> withRun(String name) {
    return with(new Settings(settings.job, settings.staging, name, settings.providers));
  }

  /**
   * Sets the provider. By default, {@code OPENAI_API_KEY} and {@code OPENAI_BASE_URL} in the
   * environment of each worker decide, as on the command line.
   */
  public BatchInference<T> withProviders(ProviderFactory factory) {
    return with(new Settings(settings.job, settings.staging, settings.run, factory));
  }

  private BatchInference<T> with(Settings changed) {
    return new BatchInference<>(form, changed, errors);
  }

  /** Also passes failed documents to a handler. */
  public BatchInference<T> withErrorHandler(ErrorHandler<BadRecord, ?> handler) {
    return new BatchInference<>(form, settings, handler);
  }

  /**
   * Builds the steps.
   *
   * @throws IllegalArgumentException if the run has no name, or unbounded input has no windows
   */
  @Override
  public Answers<T> expand(PCollection<T> documents) {
    if (documents.isBounded() == IsBounded.UNBOUNDED
        && documents.getWindowingStrategy().getWindowFn() instanceof GlobalWindows) {
      throw new IllegalArgumentException(
          getName()
              + ": unbounded documents are sent window by window; apply Window.into(…) before");
    }
    Job job = settings.job;
    RunOnDemand run = new RunOnDemand(job, settings.staging, settings.requireRun(getName()));
    PCollectionTuple taken =
        form.toJson(documents).apply("Take documents", new TakeDocuments(job.source().id(), run));
    Budget budget = new Budget(job, run.folder());
    PCollection<ResultFile> results =
        new BatchPipeline(form.checking(job), run.folder(), budget)
            .answer(
                taken,
                CoordinatorSettings.of(job.inference(), run).admitting(budget),
                settings.providers);
    PCollectionTuple read = results.apply("Read results", new ReadResults(run.folder()));
    PCollection<BadRecord> failed = Failed.records(read.get(ReadResults.FAILED));
    if (errors != null) {
      errors.addErrorCollection(failed);
    }
    return new Answers<>(
        documents.getPipeline(), form.fromJson(read.get(ReadResults.ANSWERED), documents), failed);
  }

  /** The settings that all forms of documents share. */
  private static final class Settings {
    private final Job job;
    private final String staging;
    private final @Nullable String run;
    private final ProviderFactory providers;

    Settings(Job job, String staging, @Nullable String run, ProviderFactory providers) {
      this.job = job;
      this.staging = staging;
      this.run = run;
      this.providers = providers;
    }

    static Settings of(Job job) {
      return new Settings(
          job, ".beambatch", null, new EnvironmentProviders(job.inference().request()));
    }

    Settings with(Job changed) {
      return new Settings(changed, staging, run, providers);
    }

    String requireRun(String step) {
      if (run == null) {
        throw new IllegalArgumentException(
            step
                + ": the run has no name; add withRun(\"…\"). A pipeline that is launched again"
                + " under the same name continues where it ended and pays nothing twice; new documents"
                + " need a new name");
      }
      Runs.checkName(run);
      return run;
    }
  }

  /** Connects with the environment of the worker, which alone needs the key. */
  private record EnvironmentProviders(RequestSpec request) implements ProviderFactory {
    @Override
    public BatchProvider open() {
      return ofThisWorker().open();
    }

    @Override
    public Recipient recipient(String salt) {
      return ofThisWorker().recipient(salt);
    }

    private ProviderFactory ofThisWorker() {
      try {
        return ProviderConnection.fromEnvironment(request);
      } catch (ProviderSettingsException e) {
        throw new IllegalStateException(e.getMessage(), e);
      }
    }
  }
}
