package io.beambatch.batch;

import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import io.beambatch.provider.ProviderException;
import org.jspecify.annotations.Nullable;

/**
 * Submitting or awaiting batches can't go on. The message says what happened at the provider and
 * what to do; the run's state is kept, and the same command resumes it.
 */
public class BatchException extends UserException {
  public BatchException(String message, @Nullable Throwable cause) {
    this(message, cause, ExitCode.ERROR);
  }

  private BatchException(String message, @Nullable Throwable cause, int exitCode) {
    super(message, cause, exitCode);
  }

  /** Returns whether the cause may pass by itself: an outage does, a refusal does not. */
  @Override
  public boolean mayPass() {
    return getCause() instanceof ProviderException e && ProviderHealth.mayPass(e);
  }

  /** The error that reports a refused call to the user. */
  public static BatchException of(ProviderException refused) {
    return ProviderHealth.fatal(refused);
  }

  /** One chunk can't go on; it is set aside, and the others continue. */
  static final class OfOneChunk extends BatchException {
    OfOneChunk(String message, @Nullable Throwable cause) {
      super(message, cause);
    }

    private OfOneChunk(String message, int exitCode) {
      super(message, null, exitCode);
    }

    /** A chunk would cost too much. */
    static OfOneChunk overBudget(String message) {
      return new OfOneChunk(message, ExitCode.OVER_BUDGET);
    }
  }
}
