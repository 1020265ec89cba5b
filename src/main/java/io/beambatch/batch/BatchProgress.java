package io.beambatch.batch;

import java.io.Serializable;

/**
 * How far the batches of a pool have come in one attempt.
 *
 * @param attempt 1 for documents that are sent for the first time
 * @param batches of all chunks, submitted or not
 * @param answered requests that have their answer; not those that failed, expired or were never
 *     sent
 */
public record BatchProgress(
    int attempt, int batches, int submitted, int ended, long requests, long answered) {

  /**
   * What is known by both of the same attempt: where several coordinators take turns, each has seen
   * a part of it.
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

  /** The sum of two attempts; it is called as the later one. */
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
   * Takes the progress of a coordinator after each of its steps, one attempt after the other. It
   * goes with the settings into the steps of a pipeline, and so to other processes.
   */
  @FunctionalInterface
  public interface Sink extends Serializable {
    /** Takes nothing. */
    Sink NONE = progress -> {};

    void publish(BatchProgress progress);
  }
}
