package io.beambatch.reuse;

import java.util.Arrays;

/**
 * Maps many fingerprints to numbers, in some 50 to 100 bytes each. Planning and joining look up
 * identical requests in it.
 */
public final class FingerprintTable {
  /** The value of {@link #get} for a fingerprint without a number. */
  public static final long NONE = -1;

  private static final int FIRST_SLOTS = 1 << 10;

  private long[] highs = new long[FIRST_SLOTS];
  private long[] lows = new long[FIRST_SLOTS];
  private long[] values = new long[FIRST_SLOTS];
  private int size;

  /** An empty table. */
  public FingerprintTable() {
    Arrays.fill(values, NONE);
  }

  /** The number of a fingerprint, or {@link #NONE}. */
  public long get(Fingerprint fingerprint) {
    return values[slot(fingerprint.high(), fingerprint.low())];
  }

  /**
   * Sets the number of a fingerprint, replacing an earlier one.
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

  /** The number of fingerprints in the table. */
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

  /** The slot of a fingerprint, or the free slot for it. */
  private int slot(long high, long low) {
    // The fingerprints of one table may begin with the same bits: only the last ones are used.
    int mask = values.length - 1;
    int slot = (int) low & mask;
    while (values[slot] != NONE && (highs[slot] != high || lows[slot] != low)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }
}
