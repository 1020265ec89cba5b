package io.beambatch.storage;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Closes files in another thread. Closing waits until a file is on disk, or complete in Cloud
 * Storage; its writer begins the next files meanwhile. Files count as written only after {@link
 * #await}.
 */
public final class BackgroundCloser {
  private @Nullable FutureTask<Void> closing;

  /**
   * Begins to close files, as soon as those are closed that were given before: few are open at a
   * time.
   *
   * @throws IOException if closing those failed
   */
  public void close(List<? extends Closeable> files) throws IOException {
    await();
    closing =
        new FutureTask<>(
            () -> {
              closeAll(files);
              return null;
            });
    Thread thread = new Thread(closing, "close-files");
    thread.setDaemon(true);
    thread.start();
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
    if (closing == null) {
      return;
    }
    try {
      closing.get();
      closing = null;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while files were closed");
    }
  }
}
