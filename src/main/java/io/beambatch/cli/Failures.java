package io.beambatch.cli;

import io.beambatch.batch.BatchException;
import io.beambatch.job.JobFileException;
import io.beambatch.provider.ProviderSettingsException;
import io.beambatch.run.AccountingException;
import io.beambatch.run.OverBudgetException;
import io.beambatch.run.RunException;
import java.io.FileNotFoundException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Says why a command could not do its work, for the person who reads it at night. */
final class Failures {
  private Failures() {}

  /** Prints the error and returns the exit code. */
  static int report(Throwable thrown, PrintWriter err) {
    Throwable told = told(thrown);
    int code =
        told instanceof OverBudgetException
            ? ExitCode.OVER_BUDGET
            : told instanceof JobFileException
                    || told instanceof ProviderSettingsException
                    || told instanceof IllegalArgumentException
                ? ExitCode.USAGE
                : ExitCode.ERROR;
    err.println("error: " + message(told));
    if (!isOurs(told) || Logger.getLogger("io.beambatch").isLoggable(Level.FINE)) {
      StringWriter trace = new StringWriter();
      thrown.printStackTrace(new PrintWriter(trace, true));
      err.print(trace);
    }
    err.flush();
    return code;
  }

  /** The cause that was written for people; else the innermost. */
  private static Throwable told(Throwable thrown) {
    Throwable innermost = thrown;
    for (@Nullable Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (isOurs(cause)) {
        return cause;
      }
      innermost = cause;
    }
    return innermost;
  }

  private static boolean isOurs(Throwable thrown) {
    return thrown instanceof OverBudgetException
        || thrown instanceof JobFileException
        || thrown instanceof ProviderSettingsException
        || thrown instanceof BatchException
        || thrown instanceof AccountingException
        || thrown instanceof RunException
        || thrown instanceof FileNotFoundException;
  }

  private static String message(Throwable thrown) {
    return thrown.getMessage() == null ? thrown.getClass().getSimpleName() : thrown.getMessage();
  }
}
