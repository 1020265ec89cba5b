package io.beambatch.job;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * How often a document is sent, and how many may fail.
 *
 * @param attempts 1 to 10: how often a document is sent at most
 * @param repairs how often a document whose answer breaks its schema is asked again, with that
 *     answer and what is wrong with it; each time is an attempt
 * @param maxFailed more failed documents than this end the run with exit code 3; null for any
 *     number
 */
public record Retry(int attempts, int repairs, @Nullable MaxFailed maxFailed)
    implements Serializable {

  /** Without repairs. */
  public Retry(int attempts, @Nullable MaxFailed maxFailed) {
    this(attempts, 0, maxFailed);
  }

  /**
   * A number of documents, or a share of them.
   *
   * @param value the number, or the percentage (0 to 100)
   */
  public record MaxFailed(double value, boolean percent) implements Serializable {

    /** Whether this many failed documents are more than allowed. */
    public boolean exceededBy(long failed, long documents) {
      return failed > (percent ? documents * value / 100 : value);
    }
  }
}
