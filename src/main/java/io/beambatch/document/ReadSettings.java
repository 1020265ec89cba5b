package io.beambatch.document;

import java.io.Serializable;

/**
 * Sizes in bytes.
 *
 * @param slice a slice ends with the first record that makes it at least this long
 * @param record the longest line, record or whole file that becomes a document
 * @param header the longest CSV header, which travels with every slice
 */
record ReadSettings(long slice, int record, int header) implements Serializable {
  static final ReadSettings DEFAULT = new ReadSettings(8L << 20, 64 << 20, 1 << 20);
}
