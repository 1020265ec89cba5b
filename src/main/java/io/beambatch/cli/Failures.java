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
    Throwable told = forUser(thrown);
    err.println("error: " + SafeText.lines(message(told)));
    if (!isForPeople(told, thrown) || Logger.getLogger("io.beambatch").isLoggable(Level.FINE)) {
      StringWriter trace = new StringWriter();
      thrown.printStackTrace(new PrintWriter(trace, true));
      err.print(SafeText.lines(trace.toString()));
    }
    err.flush();
    if (told instanceof UserException error) {
      return error.exitCode();
    }
    return isOption(told, thrown) ? ExitCode.USAGE : ExitCode.ERROR;
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
    Throwable told = thrown;
    while (told.getCause() != null
        && (told.getMessage() == null || told.getMessage().equals(told.getCause().toString()))) {
      told = told.getCause();
    }
    return told;
  }

  /**
   * Returns whether an error needs no stack trace: one about a file is not a fault of the program,
   * and names the file.
   */
  private static boolean isForPeople(Throwable told, Throwable thrown) {
    return told instanceof UserException || told instanceof IOException || isOption(told, thrown);
  }

  /**
   * Returns whether it reports an invalid option of Beam or ours; those are checked before anything
   * runs, and thrown directly.
   */
  private static boolean isOption(Throwable told, Throwable thrown) {
    return told == thrown && told instanceof IllegalArgumentException;
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
