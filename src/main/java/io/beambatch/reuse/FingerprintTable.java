package io.beambatch.reuse;

import java.util.Arrays;

/** A number for each of many fingerprints, in some 50 to 100 bytes each. */
public final class FingerprintTable {
  /** What {@link #get} returns for a fingerprint that has no number. */
  public static final long NONE = -1;

  private static final int FIRST_SLOTS = 1 << 10;

  private long[] highs = new long[FIRST_SLOTS];
  private long[] lows = new long[FIRST_SLOTS];
  private long[] values = new long[FIRST_SLOTS];
  private int size;

  /** A table without any. */
  public FingerprintTable() {
    Arrays.fill(values, NONE);
  }

  /** The number of a fingerprint, or {@link #NONE}. */
  public long get(Fingerprint fingerprint) {
    return values[slot(fingerprint.high(), fingerprint.low())];
  }

  /**
   * Gives a fingerprint a number, in place of the one that it may have.
   *
   * @param value at least 0
   */
  public void put(Fingerprint fingerprint, long value) {
    int slot = slot(fingerprint.high(), fingerprint.low());
    if (values[slot] == NONE) {
      size++;
    }
    set(slot, fingerprint.high(), fingerprint.low(), value);
    if (2 * size > values.length) {
      grow();
    }
  }

  /** How many fingerprints have a number. */
  public int size() {
    return size;
  }

  private void grow() {
    long[] oldHighs = highs;
    long[] oldLows = lows;
    long[] oldValues = values;
    int slots = Math.multiplyExact(2, oldValues.length);
    highs = new long[slots];
    lows = new long[slots];
    values = new long[slots];
    Arrays.fill(values, NONE);
    for (int i = 0; i < oldValues.length; i++) {
      if (oldValues[i] != NONE) {
        set(slot(oldHighs[i], oldLows[i]), oldHighs[i], oldLows[i], oldValues[i]);
      }
    }
  }

  private void set(int slot, long high, long low, long value) {
    highs[slot] = high;
    lows[slot] = low;
    values[slot] = value;
  }

  /** Where a fingerprint is, or the free slot where it would be. */
  private int slot(long high, long low) {
    // Those of one table may begin with the same bits: only the last ones tell them apart.
    int mask = values.length - 1;
    int slot = (int) low & mask;
    while (values[slot] != NONE && (highs[slot] != high || lows[slot] != low)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }
}
