package io.beambatch.localserver;

import java.io.Closeable;
import java.io.IOException;

/** Answers a batch's lines into its result files, from where it stopped. */
interface Answering extends Closeable {

  /** How many lines were dealt with. */
  int answered();

  int total();

  int completed();

  int failed();

  /**
   * Goes on for a moment.
   *
   * @param until how many lines may be dealt with when it returns
   * @param now seconds since 1970
   */
  void answer(int until, long now) throws IOException;

  /** Writes what the API writes of every line that was not answered. */
  void giveUp(BatchFormat.Unanswered why) throws IOException;

  /** Brings everything to disk, and says how far it goes. */
  BatchCheckpoint checkpoint() throws IOException;
}
