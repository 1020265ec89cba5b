package io.beambatch.storage;

import com.google.common.base.Throwables;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Closes files in another thread. Closing waits until a file is on disk, or complete in Cloud
 * Storage; its writer begins the next files meanwhile. Files count as written only after {@link
 * #await}.
 */
public final class BackgroundCloser {
  private final Executor background;
  private @Nullable FutureTask<Void> closing;

  /** Closes files of the file system that has a folder. */
  public BackgroundCloser(String folder) {
    this.background = FileStore.of(folder).background();
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
    closing =
        new FutureTask<>(
            () -> {
              closeAll(files);
              return null;
            });
    background.execute(closing);
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
    FutureTask<Void> begun = closing;
    if (begun == null) {
      return;
    }
    // A failure is told once: a second time, it could become a suppressed exception of itself.
    closing = null;
    try {
      begun.get();
    } catch (ExecutionException e) {
      Throwable cause = Objects.requireNonNull(e.getCause());
      Throwables.throwIfInstanceOf(cause, IOException.class);
      Throwables.throwIfUnchecked(cause);
      throw new IOException(cause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while files were closed");
    }
  }
}
