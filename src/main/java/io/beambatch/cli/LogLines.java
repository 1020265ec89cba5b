package io.beambatch.cli;

import io.beambatch.provider.SafeText;
import java.time.ZoneId;
import java.util.Locale;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;

/**
 * Formats the log on the terminal. A warning of the program itself looks like a line of its
 * progress; the class that it comes from is shown only with {@code --verbose}.
 */
final class LogLines extends SimpleFormatter {
  @Override
  public String format(LogRecord record) {
    // Libraries quote servers and files.
    return SafeText.lines(isForUsers(record) ? line(record) : super.format(record));
  }

  private static boolean isForUsers(LogRecord record) {
    String logger = String.valueOf(record.getLoggerName());
    return logger.startsWith(Logs.OURS.getName())
        && record.getThrown() == null
        && !Logs.OURS.isLoggable(Level.FINE);
  }

  private String line(LogRecord record) {
    return String.format(
        Locale.ROOT,
        "%tF %<tT %s: %s%n",
        record.getInstant().atZone(ZoneId.systemDefault()),
        record.getLevel().intValue() < Level.SEVERE.intValue() ? "warning" : "error",
        formatMessage(record));
  }
}
