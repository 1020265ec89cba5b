package io.beambatch.cli;

import java.util.List;
import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/** Configures the log output: warnings, or with {@code --verbose} everything. */
final class Logs {
  private static final Logger ROOT = Logger.getLogger("");
  static final Logger OURS = Logger.getLogger("io.beambatch");

  /**
   * Loggers whose warnings help no user: about long step names, or a missing web dashboard. Others
   * warn of what becomes an error in our own words if it matters: missing credentials, no
   * connection, an unusable schema (which may contain a document's values).
   */
  private static final List<Logger> CHATTY =
      Stream.of(
              "com.networknt.schema",
              "io.grpc.internal.ManagedChannelImpl",
              "org.apache.beam.sdk.extensions.gcp.auth.GcpCredentialFactory",
              "org.apache.flink.metrics",
              "org.apache.flink.runtime.security.token",
              "org.apache.flink.runtime.webmonitor")
          // A reference to a method that looks at its caller takes a dozen classes to link.
          .map(name -> Logger.getLogger(name))
          .toList();

  private Logs() {}

  /** Logs warnings only, unless the JVM has its own logging configuration. */
  static void configure() {
    if (System.getProperty("java.util.logging.config.file") != null) {
      return;
    }
    System.setProperty(
        "java.util.logging.SimpleFormatter.format", "%1$tF %1$tT %4$s %3$s: %5$s%6$s%n");
    for (Handler handler : ROOT.getHandlers()) {
      ROOT.removeHandler(handler);
    }
    Handler console = new ConsoleHandler();
    console.setFormatter(new LogLines());
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
