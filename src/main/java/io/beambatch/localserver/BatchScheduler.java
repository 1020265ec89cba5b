package io.beambatch.localserver;

import java.io.IOException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the batches on a few threads, each as far as it can go at the time. */
final class BatchScheduler implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BatchScheduler.class);

  private final ScheduledThreadPoolExecutor threads;
  private final Queue<BatchRun> running = new ConcurrentLinkedQueue<>();
  private final BatchStore store;
  private final StoredFiles files;
  private final Answerers answerers;
  private volatile boolean stopped;

  BatchScheduler(BatchStore store, StoredFiles files, Answerers answerers) {
    this.store = store;
    this.files = files;
    this.answerers = answerers;
    this.threads =
        new ScheduledThreadPoolExecutor(
            answerers.settings().workers(), task -> new Thread(task, "local-server-worker"));
    threads.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /** Resumes a batch in whatever state it is. */
  void run(BatchState batch) {
    BatchRun run = new BatchRun(batch, store, files, answerers, () -> stopped);
    running.add(run);
    schedule(run, Duration.ZERO);
  }

  private void schedule(BatchRun run, Duration delay) {
    try {
      var unused = threads.schedule(() -> step(run), delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("The server stops: a batch continues when the server starts again.", e);
    }
  }

  private void step(BatchRun run) {
    try {
      Duration wait = run.step();
      if (run.isStuck()) {
        wake();
      }
      if (wait != null) {
        schedule(run, wait);
      } else if (!stopped) {
        remove(run);
      }
    } catch (IOException | RuntimeException e) {
      abort(run, e);
      remove(run);
    }
  }

  private void remove(BatchRun run) {
    running.remove(run);
    wake();
  }

  private void wake() {
    synchronized (running) {
      running.notifyAll();
    }
  }

  /** Waits until all batches have ended or are stuck, at most this long. */
  void awaitIdle(Duration atMost) throws InterruptedException {
    long end = System.nanoTime() + atMost.toNanos();
    synchronized (running) {
      for (long left = end - System.nanoTime();
          !running.stream().allMatch(BatchRun::isStuck) && left > 0;
          left = end - System.nanoTime()) {
        // Rounded up, because 0 would wait without end.
        running.wait(left / 1_000_000 + 1);
      }
    }
  }

  private static void abort(BatchRun run, Exception cause) {
    LOG.error("A batch can't be continued, and has failed.", cause);
    try {
      run.abort(cause);
    } catch (IOException e) {
      LOG.error("The failure of a batch could not be saved.", e);
    }
  }

  /** Stops within a moment; running batches can be resumed. */
  @Override
  public void close() throws IOException {
    stopped = true;
    threads.shutdown(); // an interrupt would close the files that a worker uses
    try {
      if (!threads.awaitTermination(1, TimeUnit.MINUTES)) {
        throw new IOException("The workers did not stop within a minute.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while the workers were stopping.", e);
    }
    for (BatchRun run : running) {
      run.suspend();
    }
  }
}
