package io.beambatch.cli;

import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import io.beambatch.provider.SafeText;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.FileSystemException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Reports why a command failed, in words for the person who runs it. */
final class Failures {
  private Failures() {}

  /** Prints the error and returns the exit code. */
  static int report(Throwable thrown, PrintWriter err) {
    Throwable shown = forUser(thrown);
    err.println("error: " + SafeText.lines(message(shown)));
    if (!isForPeople(shown, thrown) || Logger.getLogger("io.beambatch").isLoggable(Level.FINE)) {
      StringWriter trace = new StringWriter();
      thrown.printStackTrace(new PrintWriter(trace, true));
      err.print(SafeText.lines(trace.toString()));
    }
    err.flush();
    if (shown instanceof UserException error) {
      return error.exitCode();
    }
    return isOption(shown, thrown) ? ExitCode.USAGE : ExitCode.ERROR;
  }

  /**
   * The first exception in the chain that is written for users; otherwise the outermost that says
   * more than its cause.
   */
  private static Throwable forUser(Throwable thrown) {
    for (@Nullable Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof UserException) {
        return cause;
      }
    }
    Throwable shown = thrown;
    while (shown.getCause() != null
        && (shown.getMessage() == null || shown.getMessage().equals(shown.getCause().toString()))) {
      shown = shown.getCause();
    }
    return shown;
  }

  /**
   * Returns whether an error needs no stack trace: one about a file is not a fault of the program,
   * and names the file.
   */
  private static boolean isForPeople(Throwable shown, Throwable thrown) {
    return shown instanceof UserException
        || shown instanceof IOException
        || isOption(shown, thrown);
  }

  /**
   * Returns whether it reports an invalid option of Beam or ours; those are checked before anything
   * runs, and thrown directly.
   */
  private static boolean isOption(Throwable shown, Throwable thrown) {
    return shown == thrown && shown instanceof IllegalArgumentException;
  }

  private static String message(Throwable thrown) {
    if (thrown.getMessage() == null) {
      return thrown.getClass().getSimpleName();
    }
    // Their message is often just the path.
    return thrown instanceof FileSystemException
        ? thrown.getClass().getSimpleName() + ": " + thrown.getMessage()
        : thrown.getMessage();
  }
}
