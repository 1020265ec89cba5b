package io.beambatch.job;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A job, as its file describes it: where documents come from, what is asked about each, and where
 * the answers and the failures go.
 *
 * @param name names the job's folder in the staging location; {@code [A-Za-z0-9_-]+}
 * @param answers the destination of answered documents, {@code sink} in the job file
 * @param failures the destination of failed documents
 */
public record Job(
    String name, Source source, Inference inference, Destination answers, Destination failures)
    implements Serializable {

  /**
   * An inference over the documents of somebody else's pipeline.
   *
   * @param id the field that names a document, or null
   */
  public static Job ofPipeline(String name, Inference inference, @Nullable String id) {
    PipelineDestination pipeline = new PipelineDestination(false);
    return new Job(name, new PipelineSource(id), inference, pipeline, pipeline);
  }

  /**
   * Whether requests that are the same are bought once. Of a source that never ends, each is bought
   * for itself.
   */
  public boolean buysDuplicatesOnce() {
    return inference.duplicates() == Duplicates.ONCE && !source.isEndless();
  }

  /** Whether answered or failed documents go to standard output. */
  public boolean isPrinted() {
    return answers instanceof StandardOutputDestination
        || failures instanceof StandardOutputDestination;
  }

  /** The same job over another source. */
  public Job reading(Source other) {
    return new Job(name, other, inference, answers, failures);
  }

  /** The same job, in which nothing is sent again. */
  public Job withoutRetry() {
    return new Job(name, source, inference.withoutRetry(), answers, failures);
  }

  /** The same job over some of the documents; null for all. */
  public Job over(@Nullable Taken some) {
    return new Job(name, source, inference.over(some), answers, failures);
  }

  /** The same job, answered by the embedded local server. */
  public Job answeredLocally() {
    return new Job(name, source, inference.answeredLocally(), answers, failures);
  }

  /** The same job for a plan that is only shown: over what is there now, and changing nothing. */
  public Job planned() {
    return new Job(name, source.withoutWatch(), inference.planned(), answers, failures);
  }

  /** The same job, whose answered and failed documents stay for a pipeline that reads them. */
  public Job withAnswersInPipeline() {
    return withAnswersIn(new PipelineDestination(false));
  }

  /** The same job for a pipeline that takes the answered documents as rows. */
  public Job withRowsInPipeline() {
    return withAnswersIn(new PipelineDestination(true));
  }

  private Job withAnswersIn(PipelineDestination pipeline) {
    return new Job(name, source, inference, pipeline, pipeline);
  }
}
