package io.beambatch.reuse;

/**
 * Maps many fingerprints to numbers, in some 50 to 100 bytes each. Planning and joining look up
 * identical requests in it.
 */
public final class FingerprintTable {
  /** The value of {@link #get} for a fingerprint without a number. */
  public static final long NONE = -1;

  /**
   * A slot has a fingerprint and its number side by side: a look-up reads one cache line or two.
   */
  private static final int SLOT = 3;

  private static final int LEAST_SLOTS = 1 << 10;

  private long[] slots;

  /** The number of slots, a power of two, less one. */
  private int mask;

  private int size;

  /**
   * An empty table.
   *
   * @param expected number of fingerprints; it grows if there are more
   */
  public FingerprintTable(int expected) {
    int least = Math.max(LEAST_SLOTS, Math.multiplyExact(2, expected));
    clear(Integer.highestOneBit(least - 1) << 1);
  }

  private void clear(int count) {
    slots = new long[Math.multiplyExact(SLOT, count)];
    mask = count - 1;
    for (int at = 0; at < slots.length; at += SLOT) {
      slots[at + 2] = NONE;
    }
  }

  /** The number of a fingerprint, or {@link #NONE}. */
  public long get(Fingerprint fingerprint) {
    return slots[slot(fingerprint.high(), fingerprint.low()) + 2];
  }

  /**
   * Sets the number of a fingerprint, replacing an earlier one.
   *
   * @param value at least 0
   */
  public void put(Fingerprint fingerprint, long value) {
    int at = slot(fingerprint.high(), fingerprint.low());
    if (slots[at + 2] == NONE) {
      size++;
    }
    set(at, fingerprint.high(), fingerprint.low(), value);
    if (2 * size > mask + 1) {
      grow();
    }
  }

  /** The number of fingerprints in the table. */
  public int size() {
    return size;
  }

  private void grow() {
    long[] old = slots;
    clear(Math.multiplyExact(2, mask + 1));
    for (int at = 0; at < old.length; at += SLOT) {
      if (old[at + 2] != NONE) {
        set(slot(old[at], old[at + 1]), old[at], old[at + 1], old[at + 2]);
      }
    }
  }

  private void set(int at, long high, long low, long value) {
    slots[at] = high;
    slots[at + 1] = low;
    slots[at + 2] = value;
  }

  /** Where the slot of a fingerprint begins, or the free slot for it. */
  private int slot(long high, long low) {
    // The fingerprints of one table may begin with the same bits: only the last ones are used.
    int slot = (int) low & mask;
    while (slots[SLOT * slot + 2] != NONE
        && (slots[SLOT * slot] != high || slots[SLOT * slot + 1] != low)) {
      slot = (slot + 1) & mask;
    }
    return SLOT * slot;
  }
}
