package io.beambatch.cli;

import io.beambatch.batch.BatchException;
import io.beambatch.bigquery.BigQueryException;
import io.beambatch.job.JobFileException;
import io.beambatch.provider.ProviderSettingsException;
import io.beambatch.provider.SafeText;
import io.beambatch.pubsub.PubSubException;
import io.beambatch.run.AccountingException;
import io.beambatch.run.NoRunException;
import io.beambatch.run.OverBudgetException;
import io.beambatch.run.RunException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.FileSystemException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Says why a command could not do its work, for the person who reads it at night. */
final class Failures {
  private Failures() {}

  /** Prints the error and returns the exit code. */
  static int report(Throwable thrown, PrintWriter err) {
    Throwable told = told(thrown);
    err.println("error: " + SafeText.lines(message(told)));
    if (!isForPeople(told, thrown) || Logger.getLogger("io.beambatch").isLoggable(Level.FINE)) {
      StringWriter trace = new StringWriter();
      thrown.printStackTrace(new PrintWriter(trace, true));
      err.print(SafeText.lines(trace.toString()));
    }
    err.flush();
    if (told instanceof OverBudgetException) {
      return ExitCode.OVER_BUDGET;
    }
    return told instanceof JobFileException
            || told instanceof ProviderSettingsException
            || told instanceof NoRunException
            || (told instanceof BigQueryException bigQuery && bigQuery.isJobFileWrong())
            || isOption(told, thrown)
        ? ExitCode.USAGE
        : ExitCode.ERROR;
  }

  /** What was written for people; else the outermost that says more than its cause does. */
  private static Throwable told(Throwable thrown) {
    for (@Nullable Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (isOurs(cause)) {
        return cause;
      }
    }
    Throwable told = thrown;
    while (told.getCause() != null
        && (told.getMessage() == null || told.getMessage().equals(told.getCause().toString()))) {
      told = told.getCause();
    }
    return told;
  }

  private static boolean isOurs(Throwable thrown) {
    return thrown instanceof OverBudgetException
        || thrown instanceof JobFileException
        || thrown instanceof ProviderSettingsException
        || thrown instanceof BatchException
        || thrown instanceof BigQueryException
        || thrown instanceof PubSubException
        || thrown instanceof AccountingException
        || thrown instanceof NoRunException
        || thrown instanceof RunException;
  }

  /** Troubles with files are no faults of the program, and their messages name the file. */
  private static boolean isForPeople(Throwable told, Throwable thrown) {
    return isOurs(told) || told instanceof IOException || isOption(told, thrown);
  }

  /** Beam's and our own options are checked before anything runs: it is thrown as it is. */
  private static boolean isOption(Throwable told, Throwable thrown) {
    return told == thrown && told instanceof IllegalArgumentException;
  }

  private static String message(Throwable thrown) {
    if (thrown.getMessage() == null) {
      return thrown.getClass().getSimpleName();
    }
    // Their message is often the path alone.
    return thrown instanceof FileSystemException
        ? thrown.getClass().getSimpleName() + ": " + thrown.getMessage()
        : thrown.getMessage();
  }
}
