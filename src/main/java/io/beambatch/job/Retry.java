package io.beambatch.job;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * How often a document is sent, and how many may fail: the section {@code retry} of the job file.
 *
 * @param attempts the maximum number of times that a document is sent, 1 to 10
 * @param repairs how often a document whose answer breaks its schema is sent again with that answer
 *     and its errors; each time is an attempt
 * @param maxFailed if more documents fail, the run ends with exit code 3; null for no limit
 */
public record Retry(int attempts, int repairs, @Nullable MaxFailed maxFailed)
    implements Serializable {

  /** Without repairs. */
  public Retry(int attempts, @Nullable MaxFailed maxFailed) {
    this(attempts, 0, maxFailed);
  }

  /**
   * A number of documents, or a fraction of them.
   *
   * @param value the number, or the percentage (0 to 100)
   */
  public record MaxFailed(double value, boolean percent) implements Serializable {

    /** Returns whether more documents have failed than allowed. */
    public boolean exceededBy(long failed, long documents) {
      return failed > (percent ? documents * value / 100 : value);
    }
  }
}
