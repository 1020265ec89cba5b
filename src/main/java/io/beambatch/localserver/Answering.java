package io.beambatch.localserver;

import java.io.Closeable;
import java.io.IOException;

/** Answers a batch's lines into its result files, from where it stopped. */
interface Answering extends Closeable {

  /** The number of finished lines. */
  int answered();

  int total();

  int completed();

  int failed();

  /**
   * Continues for a moment.
   *
   * @param until the number of lines that may be finished when it returns
   * @param now seconds since 1970
   */
  void answer(int until, long now) throws IOException;

  /** Writes the API's lines for requests that were not answered. */
  void giveUp(BatchFormat.Unanswered why) throws IOException;

  /** Flushes everything to disk, and returns how far it goes. */
  BatchCheckpoint checkpoint() throws IOException;
}
