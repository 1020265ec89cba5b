package io.beambatch.source;

import java.io.Serializable;

/**
 * Size limits for reading, in bytes.
 *
 * @param split a split ends with the first record that makes it at least this long
 * @param record the longest line, record or whole file that becomes a document
 * @param header the longest CSV header, which is copied into every split
 * @param block a larger block of a file with a schema is also cut, and decoded several times
 */
record ReadSettings(long split, int record, int header, long block) implements Serializable {
  static final ReadSettings DEFAULT = new ReadSettings(8L << 20, 64 << 20, 1 << 20);

  /** Settings that keep blocks whole. */
  ReadSettings(long split, int record, int header) {
    this(split, record, header, Long.MAX_VALUE);
  }

  /** Settings for a runner that keeps all output of a split in memory. */
  ReadSettings cuttingBlocks() {
    return new ReadSettings(split, record, header, split);
  }
}
