package io.beambatch.batch;

import java.io.Serializable;

/**
 * How far the batches of a pool have come.
 *
 * @param batches of all chunks, submitted or not
 * @param answered requests that the provider has dealt with
 */
public record BatchProgress(int batches, int submitted, int ended, long requests, long answered) {

  /**
   * Takes the progress of a coordinator after each of its steps. It goes with the settings into the
   * steps of a pipeline, and so to other processes.
   */
  @FunctionalInterface
  public interface Sink extends Serializable {
    /** Takes nothing. */
    Sink NONE = progress -> {};

    void publish(BatchProgress progress);
  }
}
