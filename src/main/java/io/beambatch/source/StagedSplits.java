package io.beambatch.source;

import io.beambatch.storage.Sha256;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes splits to files of their own. The source file's path and a number form their names, so
 * that a repetition writes the same files again.
 */
final class StagedSplits implements SplitTarget {
  private final String prefix;
  private int number;
  private Storage.@Nullable PendingFile current;

  StagedSplits(String folder, String sourcePath) {
    String key = Sha256.hex(sourcePath, 8);
    this.prefix = folder + (folder.endsWith("/") ? "" : "/") + key + "-";
  }

  @Override
  public void write(byte[] bytes, int from, int to) throws IOException {
    if (from == to) {
      return;
    }
    if (current == null) {
      current = Storage.PendingFile.create(path());
    }
    current.stream().write(bytes, from, to - from);
  }

  @Override
  public FileSplit end(String file, long from, long to, long line, @Nullable List<String> header)
      throws IOException {
    try (Storage.PendingFile ended = Objects.requireNonNull(current)) {
      ended.commit();
    }
    FileSplit split = new FileSplit(file, path(), 0, to - from, line, header);
    current = null;
    number++;
    return split;
  }

  @Override
  public void discard() throws IOException {
    close();
    current = null;
  }

  private String path() {
    return prefix + String.format("%05d", number);
  }

  @Override
  public void close() throws IOException {
    if (current != null) {
      current.close();
    }
  }
}
