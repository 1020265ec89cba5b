package io.beambatch.storage;

import com.google.common.base.Throwables;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** Work that waits for a file system, done in another thread: one piece at a time. */
final class BackgroundWork {
  private final Executor background;
  private @Nullable FutureTask<Void> begun;

  BackgroundWork(Executor background) {
    this.background = background;
  }

  /** Waits for a file system. */
  @FunctionalInterface
  interface Piece {
    void run() throws IOException;
  }

  /** Begins a piece. The one before must have been awaited. */
  void begin(Piece piece) {
    begun =
        new FutureTask<>(
            () -> {
              piece.run();
              return null;
            });
    background.execute(begun);
  }

  /** Returns whether a piece has not ended. */
  boolean isBusy() {
    return begun != null && !begun.isDone();
  }

  /**
   * Waits for the end of a piece that was begun.
   *
   * @throws IOException if it failed
   */
  void await() throws IOException {
    FutureTask<Void> awaited = begun;
    if (awaited == null) {
      return;
    }
    // A failure is told once: a second time, it could become a suppressed exception of itself.
    begun = null;
    try {
      awaited.get();
    } catch (ExecutionException e) {
      Throwable cause = Objects.requireNonNull(e.getCause());
      Throwables.throwIfInstanceOf(cause, IOException.class);
      Throwables.throwIfUnchecked(cause);
      throw new IOException(cause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while files were written to disk");
    }
  }
}
