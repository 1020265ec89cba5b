package io.beambatch.source;

import org.jspecify.annotations.Nullable;

/**
 * A piece of a source file that starts and ends where records do, so that it can be read by itself.
 *
 * @param file the source file, by the name it was found under
 * @param path where the bytes are: the same file, or a decompressed copy in the staging location
 * @param offset of the first byte; of a file of records, the place of its piece
 * @param length in bytes, or {@link #WHOLE} for a file that is one document; of a file of records,
 *     how many records
 * @param line of the source file in which the split starts, or its first record, counted from 1
 * @param header for CSV, else null
 */
record FileSplit(
    String file, String path, long offset, long length, long line, @Nullable CsvHeader header) {
  static final long WHOLE = -1;

  /** The split that is the whole of a file. */
  static FileSplit whole(String file) {
    return new FileSplit(file, file, 0, WHOLE, 1, null);
  }
}
