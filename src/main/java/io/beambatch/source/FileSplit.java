package io.beambatch.source;

import io.beambatch.storage.Storage;
import java.io.IOException;
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
 * @param bytes how much there is to read, at most; splits of few bytes are read together
 * @param header for CSV, the names of the columns; else null
 * @param problem why a file of a watched source, or a record of a compressed file, is not read, and
 *     stands as one failed document; null if it is read
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

  /** How much more there may be of a compressed file than there is of it. */
  private static final long EXPANSION = 10;

  /** A split of so many bytes. */
  FileSplit(
      String file,
      String path,
      long offset,
      long length,
      long line,
      @Nullable List<String> header) {
    this(file, path, offset, length, line, length, header, null);
  }

  /** The split that is the whole of a file. */
  static FileSplit whole(SourceFile file) throws IOException {
    String path = file.path();
    long bytes = Storage.size(path) * (file.compressed() ? EXPANSION : 1);
    return new FileSplit(path, path, 0, WHOLE, 1, bytes, null, null);
  }

  /** What stands for a record that is too long to be read. */
  static FileSplit ofLongRecord(String file, long line, long bytes, String problem) {
    return new FileSplit(file, file, 0, bytes, line, 0, null, problem);
  }

  /** What stands for a file that is not read. */
  static FileSplit refused(String file, String problem) {
    return new FileSplit(file, file, 0, WHOLE, 1, 0, null, problem);
  }
}
