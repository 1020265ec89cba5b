package io.beambatch.localserver;

/**
 * What goes wrong with batches as a whole. Counts begin when the faults are set.
 *
 * @param fileNotFoundFirst so many creations for each file are refused: "Cannot find file"
 * @param tokenLimitFirst so many batches fail their validation: the token limit is reached
 * @param expireFirst so many batches expire early
 * @param expireAt with this share of their lines answered
 * @param stuckFirst so many batches stop moving, until they are cancelled or expire
 * @param stuckAt with this share of their lines answered
 * @param slowFirst so many batches take longer
 * @param slowByMillis by this
 * @param nullOutputReads so many readings of each completed batch show no {@code output_file_id}
 * @param lyingCounts whether every line is counted as completed, whatever became of it
 */
public record BatchFaults(
    int fileNotFoundFirst,
    int tokenLimitFirst,
    int expireFirst,
    double expireAt,
    int stuckFirst,
    double stuckAt,
    int slowFirst,
    long slowByMillis,
    int nullOutputReads,
    boolean lyingCounts) {

  /** All is well. */
  public static final BatchFaults NONE = new BatchFaults(0, 0, 0, 0.5, 0, 0.5, 0, 0, 0, false);

  public BatchFaults {
    Faults.requireShare("expire_at", expireAt);
    Faults.requireShare("stuck_at", stuckAt);
    Faults.require(slowByMillis >= 0, "slow_by_millis must not be negative: " + slowByMillis);
  }

  public BatchFaults withFileNotFoundFirst(int value) {
    return new BatchFaults(
        value,
        tokenLimitFirst,
        expireFirst,
        expireAt,
        stuckFirst,
        stuckAt,
        slowFirst,
        slowByMillis,
        nullOutputReads,
        lyingCounts);
  }

  public BatchFaults withTokenLimitFirst(int value) {
    return new BatchFaults(
        fileNotFoundFirst,
        value,
        expireFirst,
        expireAt,
        stuckFirst,
        stuckAt,
        slowFirst,
        slowByMillis,
        nullOutputReads,
        lyingCounts);
  }

  /** So many batches expire with a share of their lines answered. */
  public BatchFaults withExpired(int first, double at) {
    return new BatchFaults(
        fileNotFoundFirst,
        tokenLimitFirst,
        first,
        at,
        stuckFirst,
        stuckAt,
        slowFirst,
        slowByMillis,
        nullOutputReads,
        lyingCounts);
  }

  /** So many batches stop moving with a share of their lines answered. */
  public BatchFaults withStuck(int first, double at) {
    return new BatchFaults(
        fileNotFoundFirst,
        tokenLimitFirst,
        expireFirst,
        expireAt,
        first,
        at,
        slowFirst,
        slowByMillis,
        nullOutputReads,
        lyingCounts);
  }

  /** So many batches take longer. */
  public BatchFaults withSlow(int first, long byMillis) {
    return new BatchFaults(
        fileNotFoundFirst,
        tokenLimitFirst,
        expireFirst,
        expireAt,
        stuckFirst,
        stuckAt,
        first,
        byMillis,
        nullOutputReads,
        lyingCounts);
  }

  public BatchFaults withNullOutputReads(int value) {
    return new BatchFaults(
        fileNotFoundFirst,
        tokenLimitFirst,
        expireFirst,
        expireAt,
        stuckFirst,
        stuckAt,
        slowFirst,
        slowByMillis,
        value,
        lyingCounts);
  }

  /** Every line counts as completed, whatever became of it. */
  public BatchFaults withLyingCounts() {
    return new BatchFaults(
        fileNotFoundFirst,
        tokenLimitFirst,
        expireFirst,
        expireAt,
        stuckFirst,
        stuckAt,
        slowFirst,
        slowByMillis,
        nullOutputReads,
        true);
  }
}
