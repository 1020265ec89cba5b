package io.beambatch;

import io.beambatch.batch.CoordinatorSettings;
import io.beambatch.error.UserException;
import io.beambatch.job.Job;
import io.beambatch.provider.ProviderFactory;
import io.beambatch.provider.ProviderSettingsException;
import io.beambatch.provider.openai.OpenAiProviders;
import io.beambatch.result.ReadResults;
import io.beambatch.result.ResultFile;
import io.beambatch.run.Budget;
import io.beambatch.run.Run;
import io.beambatch.run.Runs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
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
 * Asks a job's question about every document of a pipeline of your own, by a provider's batch API.
 *
 * <p>Documents are JSON objects as texts ({@link #of}), or rows with a schema ({@link #ofRows}).
 * Each comes out once: answered, with the result and {@code _batch} at its end, or failed, with its
 * reason. Of the job the request, result, limits, retry and poll count, and {@code source.id}; its
 * source, sink and failures do not.
 *
 * <pre>{@code
 * Job job = JobReader.read("pipelines/sentiment.yaml", List.of());
 * Answers<String> answers =
 *     documents.apply(
 *         "Ask for the mood",
 *         BatchInference.of(job).withStaging("gs://bucket/staging").withRun("2026-01-31"));
 * answers.answered().apply("Store", TextIO.write().to("gs://bucket/answers"));
 * answers.failed().apply("Count what failed", Count.globally());
 * }</pre>
 *
 * <p>What the run knows is kept in the staging location. A pipeline that is built again under the
 * same run's name goes on where the last one ended: what was planned is not planned again, what was
 * sent is not sent again, and everything comes out once more. On bounded input the plan is made of
 * all documents together; then they are not read again. On unbounded input, which must have windows
 * other than the global one, each window is planned when it closes, and documents that an
 * unfinished window had are read from the input again.
 *
 * <p>The steps wait until the last batch has ended, up to {@code poll.deadline}.
 *
 * @param <T> what a document is
 */
public final class BatchInference<T> extends PTransform<PCollection<T>, Answers<T>> {
  private static final String STAGING = ".beambatch";

  private final Job job;
  private final DocumentForm<T> form;
  private final String staging;
  private final @Nullable String run;
  private final @Nullable ProviderFactory providers;
  private final @Nullable ErrorHandler<BadRecord, ?> errors;

  private BatchInference(
      Job job,
      DocumentForm<T> form,
      String staging,
      @Nullable String run,
      @Nullable ProviderFactory providers,
      @Nullable ErrorHandler<BadRecord, ?> errors) {
    this.job = job;
    this.form = form;
    this.staging = staging;
    this.run = run;
    this.providers = providers;
    this.errors = errors;
  }

  /** Asks about JSON objects. */
  public static BatchInference<String> of(Job job) {
    return new BatchInference<>(job, DocumentForm.JSON, STAGING, null, null, null);
  }

  /**
   * Asks about rows. Answered ones have the rows' fields, then the result and {@code _batch}.
   *
   * <p>The fields' types are those that Beam's {@code ToJson} knows: numbers, decimals, booleans,
   * strings, times, arrays and rows.
   */
  public static BatchInference<Row> ofRows(Job job) {
    return new BatchInference<>(job, new RowForm(job), STAGING, null, null, null);
  }

  /** Keeps what the run knows there, local or {@code gs://}; else in {@code .beambatch}. */
  public BatchInference<T> withStaging(String location) {
    return new BatchInference<>(job, form, location, run, providers, errors);
  }

  /** Begins, or goes on with, the run of this name; else the newest unfinished or a new one. */
  public BatchInference<T> withRun(String name) {
    return new BatchInference<>(job, form, staging, name, providers, errors);
  }

  /**
   * Asks there. Else it is {@code OPENAI_API_KEY} and {@code OPENAI_BASE_URL} that say where, as
   * for the command line; the key is taken from the environment of each worker.
   */
  public BatchInference<T> withProviders(ProviderFactory factory) {
    return new BatchInference<>(job, form, staging, run, factory, errors);
  }

  /** Hands failed documents to a handler, too. */
  public BatchInference<T> withErrorHandler(ErrorHandler<BadRecord, ?> handler) {
    return new BatchInference<>(job, form, staging, run, providers, handler);
  }

  /**
   * Builds the steps; begins the run, or finds it.
   *
   * @throws IllegalArgumentException if the run was begun with another job, a key is missing, or
   *     unbounded input has no windows
   */
  @Override
  public Answers<T> expand(PCollection<T> documents) {
    if (documents.isBounded() == IsBounded.UNBOUNDED
        && documents.getWindowingStrategy().getWindowFn() instanceof GlobalWindows) {
      throw new IllegalArgumentException(
          getName()
              + ": unbounded documents are sent window by window; apply Window.into(…) before");
    }
    Run opened = open();
    PCollectionTuple taken =
        form.toJson(documents)
            .apply("Take documents", new TakeDocuments(job.source().id(), opened.folder()));
    PCollection<ResultFile> results =
        new BatchPipeline(job, opened.folder(), new Budget(job, opened.folder()))
            .answer(
                taken,
                CoordinatorSettings.of(job.inference(), opened.identity()),
                providers == null ? fromEnvironment() : providers);
    PCollectionTuple read = results.apply("Read results", new ReadResults());
    PCollection<BadRecord> failed = Failed.records(read.get(ReadResults.FAILED));
    if (errors != null) {
      errors.addErrorCollection(failed);
    }
    return new Answers<>(
        documents.getPipeline(), form.fromJson(read.get(ReadResults.ANSWERED), documents), failed);
  }

  private ProviderFactory fromEnvironment() {
    try {
      return OpenAiProviders.fromEnvironment(
          job.inference().request().baseUrl(), job.inference().request().headers());
    } catch (ProviderSettingsException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private Run open() {
    try {
      return new Runs(staging.replaceAll("(?<=.)/+$", ""), job, Clock.systemUTC())
          .open(run, Runs.Choice.RESUME);
    } catch (UserException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException("Can't open a run in " + staging + ": " + e.getMessage(), e);
    }
  }
}
