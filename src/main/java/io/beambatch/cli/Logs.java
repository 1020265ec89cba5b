package io.beambatch.cli;

import java.util.Arrays;
import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** What the program says besides its results: warnings, or with {@code --verbose} all it does. */
final class Logs {
  private static final Logger ROOT = Logger.getLogger("");
  private static final Logger OURS = Logger.getLogger("io.beambatch");

  private Logs() {}

  static void configure(String... args) {
    boolean verbose = Arrays.asList(args).contains("--verbose");
    if (System.getProperty("java.util.logging.config.file") != null) {
      return;
    }
    System.setProperty(
        "java.util.logging.SimpleFormatter.format", "%1$tFT%1$tT %4$s %3$s: %5$s%6$s%n");
    ROOT.setLevel(verbose ? Level.INFO : Level.WARNING);
    OURS.setLevel(verbose ? Level.FINE : Level.WARNING);
    for (Handler handler : ROOT.getHandlers()) {
      ROOT.removeHandler(handler);
    }
    Handler console = new ConsoleHandler();
    console.setFormatter(new SimpleFormatter());
    console.setLevel(Level.ALL);
    ROOT.addHandler(console);
  }
}
