package io.beambatch.batch;

import java.util.function.Consumer;

/**
 * How far the batches of a pool have come.
 *
 * @param batches of all chunks, submitted or not
 * @param answered requests that the provider has dealt with
 */
public record BatchProgress(int batches, int submitted, int ended, long requests, long answered) {
  private static volatile Consumer<BatchProgress> listener = progress -> {};

  /**
   * Lets somebody in the same process watch, such as a command's progress bar. A runner shows
   * nothing of what a bundle does before the bundle ends, and awaiting is one bundle.
   */
  public static void listen(Consumer<BatchProgress> newListener) {
    listener = newListener;
  }

  void publish() {
    listener.accept(this);
  }
}
