package io.beambatch.source;

import io.beambatch.storage.Storage;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of a source file that starts and ends at record boundaries, so that it can be read
 * independently.
 *
 * @param file the source file, under the name by which it was found
 * @param path the file with the bytes: the same file, or a decompressed copy in the staging
 *     location
 * @param offset of the first byte; for a file with a schema, of its block or row group
 * @param length in bytes, or {@link #WHOLE} for a file that is one document; for a file with a
 *     schema, in records
 * @param line the line of the source file in which the split starts, or its first record, counted
 *     from 1
 * @param bytes the maximum to read; splits of few bytes are read together
 * @param header for CSV, the names of the columns; otherwise null
 * @param problem why a file of a watched source, or a record of a compressed file, is not read, and
 *     is replaced by one failed document; null if it is read
 */
record FileSplit(
    String file,
    String path,
    long offset,
    long length,
    long line,
    long bytes,
    @Nullable List<String> header,
    @Nullable String problem) {
  static final long WHOLE = -1;

  /** The assumed expansion of a compressed file. */
  private static final long EXPANSION = 10;

  /** A split of a number of bytes. */
  FileSplit(
      String file,
      String path,
      long offset,
      long length,
      long line,
      @Nullable List<String> header) {
    this(file, path, offset, length, line, length, header, null);
  }

  /** A whole file as one split. */
  static FileSplit whole(SourceFile file) throws IOException {
    String path = file.path();
    long bytes = Storage.size(path) * (file.compressed() ? EXPANSION : 1);
    return new FileSplit(path, path, 0, WHOLE, 1, bytes, null, null);
  }

  /** Stands for a record that is too long to be read. */
  static FileSplit ofLongRecord(String file, long line, long bytes, String problem) {
    return new FileSplit(file, file, 0, bytes, line, 0, null, problem);
  }

  /** Stands for a file that is not read. */
  static FileSplit refused(String file, String problem) {
    return new FileSplit(file, file, 0, WHOLE, 1, 0, null, problem);
  }
}
