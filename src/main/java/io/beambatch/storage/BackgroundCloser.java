package io.beambatch.storage;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/**
 * Closes files in another thread. Closing waits until a file is on disk, or complete in Cloud
 * Storage; its writer begins the next files meanwhile. Files count as written only after {@link
 * #await}.
 */
public final class BackgroundCloser {
  private final BackgroundWork closing;

  /** Closes files of the file system that has a folder. */
  public BackgroundCloser(String folder) {
    this.closing = new BackgroundWork(FileStore.of(folder).background());
  }

  /**
   * Begins to close files, as soon as those are closed that were given before: few are open at a
   * time.
   *
   * @throws IOException if closing those failed; then these are closed, too
   */
  public void close(List<? extends Closeable> files) throws IOException {
    try {
      await();
    } catch (IOException | RuntimeException e) {
      closeAll(files);
      throw e;
    }
    closing.begin(() -> closeAll(files));
  }

  /** Closes all files, even if closing one of them fails. */
  private static void closeAll(List<? extends Closeable> files) throws IOException {
    if (files.isEmpty()) {
      return;
    }
    try {
      files.get(0).close();
    } finally {
      closeAll(files.subList(1, files.size()));
    }
  }

  /**
   * Waits until all files are closed.
   *
   * @throws IOException if closing one failed
   */
  public void await() throws IOException {
    closing.await();
  }
}
