package io.beambatch.localserver;

/**
 * The faults that will hit one batch.
 *
 * @param expiresAt the fraction of its lines after which it expires; over 1 for never
 * @param stuckAt the fraction of its lines after which it stops making progress; over 1 for never
 * @param slowByMillis how much longer it takes
 */
record BatchFate(double expiresAt, double stuckAt, long slowByMillis) {
  static final double NEVER = 2;

  boolean expires() {
    return expiresAt < NEVER;
  }

  /** The number of lines that are answered before it expires or gets stuck, if it does. */
  int most(int total) {
    return (int) Math.min(total, Math.floor(Math.min(expiresAt, stuckAt) * total));
  }

  /** Returns whether no further line is answered, and the batch doesn't end either. */
  boolean isStuckAfter(int answered, int total) {
    return stuckAt < NEVER && !expires() && answered >= most(total);
  }
}
