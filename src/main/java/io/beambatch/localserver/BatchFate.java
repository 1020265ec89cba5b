package io.beambatch.localserver;

/**
 * What is going to happen to one batch.
 *
 * @param expiresAt the share of its lines after which it expires; over 1 for never
 * @param stuckAt the share of its lines after which it stops moving; over 1 for never
 * @param slowByMillis how much longer it takes
 */
record BatchFate(double expiresAt, double stuckAt, long slowByMillis) {
  static final double NEVER = 2;

  boolean expires() {
    return expiresAt < NEVER;
  }

  /** How many lines are answered before it expires or stops moving, if it does. */
  int most(int total) {
    return (int) Math.min(total, Math.floor(Math.min(expiresAt, stuckAt) * total));
  }
}
