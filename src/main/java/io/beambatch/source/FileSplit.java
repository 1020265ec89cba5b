package io.beambatch.source;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of a source file that starts and ends where records do, so that it can be read by itself.
 *
 * @param file the source file, by the name it was found under
 * @param path where the bytes are: the same file, or a decompressed copy in the staging location
 * @param offset of the first byte; of a file with a schema, the place of its part
 * @param length in bytes, or {@link #WHOLE} for a file that is one document; of a file with a
 *     schema, how many records
 * @param line of the source file in which the split starts, or its first record, counted from 1
 * @param header for CSV, the names of the columns; else null
 * @param problem why a watched source's file is not read, and stands as one failed document; null
 *     if it is read
 */
record FileSplit(
    String file,
    String path,
    long offset,
    long length,
    long line,
    @Nullable List<String> header,
    @Nullable String problem) {
  static final long WHOLE = -1;

  FileSplit(
      String file,
      String path,
      long offset,
      long length,
      long line,
      @Nullable List<String> header) {
    this(file, path, offset, length, line, header, null);
  }

  /** The split that is the whole of a file. */
  static FileSplit whole(String file) {
    return new FileSplit(file, file, 0, WHOLE, 1, null);
  }

  /** What stands for a file that is not read. */
  static FileSplit refused(String file, String problem) {
    return new FileSplit(file, file, 0, WHOLE, 1, null, problem);
  }
}
