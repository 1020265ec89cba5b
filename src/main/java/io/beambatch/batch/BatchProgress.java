package io.beambatch.batch;

import java.io.Serializable;

/**
 * How far the batches of a pool have come in one attempt. A coordinator reports it after each step,
 * for the progress display.
 *
 * @param attempt 1 for documents that are sent for the first time
 * @param batches the number of chunks, submitted or not
 * @param answered requests that have an answer; not those that failed, expired or were never sent
 */
public record BatchProgress(
    int attempt, int batches, int submitted, int ended, long requests, long answered) {

  /**
   * Merges two observations of the same attempt: where several coordinators take turns, each has
   * seen part of it.
   */
  public BatchProgress or(BatchProgress other) {
    return new BatchProgress(
        attempt,
        Math.max(batches, other.batches),
        Math.max(submitted, other.submitted),
        Math.max(ended, other.ended),
        Math.max(requests, other.requests),
        Math.max(answered, other.answered));
  }

  /** The sum of two attempts, numbered as the later one. */
  public BatchProgress plus(BatchProgress other) {
    return new BatchProgress(
        Math.max(attempt, other.attempt),
        batches + other.batches,
        submitted + other.submitted,
        ended + other.ended,
        requests + other.requests,
        answered + other.answered);
  }

  /**
   * Receives a coordinator's progress after each of its steps, one attempt after the other. It is
   * serialized with the settings into the steps of a pipeline, and so reaches other processes.
   */
  @FunctionalInterface
  public interface Sink extends Serializable {
    /** Ignores all progress. */
    Sink NONE = progress -> {};

    void publish(BatchProgress progress);
  }
}
