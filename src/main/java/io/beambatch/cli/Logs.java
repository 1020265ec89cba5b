package io.beambatch.cli;

import io.beambatch.provider.SafeText;
import java.util.List;
import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.Stream;

/** What the program says besides its results: warnings, or with {@code --verbose} all it does. */
final class Logs {
  private static final Logger ROOT = Logger.getLogger("");
  private static final Logger OURS = Logger.getLogger("io.beambatch");

  /**
   * Warn of nothing that a user could change: names of steps that are long, no web dashboard; or of
   * what becomes an error in words of ours, if it does harm: no credentials, no connection, a
   * schema that can't be used (which may hold a document's own values).
   */
  private static final List<Logger> CHATTY =
      Stream.of(
              "com.networknt.schema",
              "io.grpc.internal.ManagedChannelImpl",
              "org.apache.beam.sdk.extensions.gcp.auth.GcpCredentialFactory",
              "org.apache.flink.metrics",
              "org.apache.flink.runtime.security.token",
              "org.apache.flink.runtime.webmonitor")
          .map(Logger::getLogger)
          .toList();

  private Logs() {}

  /** Warnings only, unless the JVM was given a configuration of its own. */
  static void configure() {
    if (System.getProperty("java.util.logging.config.file") != null) {
      return;
    }
    System.setProperty(
        "java.util.logging.SimpleFormatter.format", "%1$tFT%1$tT %4$s %3$s: %5$s%6$s%n");
    for (Handler handler : ROOT.getHandlers()) {
      ROOT.removeHandler(handler);
    }
    Handler console = new ConsoleHandler();
    console.setFormatter(
        new SimpleFormatter() {
          @Override
          public String format(LogRecord record) {
            // Libraries quote what servers and files said.
            return SafeText.lines(super.format(record));
          }
        });
    console.setLevel(Level.ALL);
    ROOT.addHandler(console);
    ROOT.setLevel(Level.WARNING);
    CHATTY.forEach(logger -> logger.setLevel(Level.SEVERE));
  }

  static void verbose() {
    ROOT.setLevel(Level.INFO);
    OURS.setLevel(Level.FINE);
    CHATTY.forEach(logger -> logger.setLevel(null));
  }
}
