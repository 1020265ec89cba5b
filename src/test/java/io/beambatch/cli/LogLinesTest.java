package io.beambatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LogLinesTest {
  private static final String TIME = "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d ";

  private Level before;

  @BeforeEach
  void warningsOnly() {
    before = Logs.OURS.getLevel();
    Logs.OURS.setLevel(Level.WARNING);
  }

  @AfterEach
  void asBefore() {
    Logs.OURS.setLevel(before);
  }

  @Test
  void ourWarningsHaveNoClass() {
    assertThat(line("io.beambatch.cli.Rounds", Level.WARNING, null))
        .matches(TIME + "warning: it's late\\R");
    assertThat(line("io.beambatch.cli.Rounds", Level.SEVERE, null))
        .matches(TIME + "error: it's late\\R");
  }

  @Test
  void librariesAndWhatNobodyExpectedSayWhereTheyComeFrom() {
    assertThat(line("org.example.Library", Level.WARNING, null)).contains("org.example.Library");
    assertThat(line("io.beambatch.cli.Rounds", Level.SEVERE, new IllegalStateException("why")))
        .contains("io.beambatch.cli.Rounds", "IllegalStateException: why");
  }

  @Test
  void verboseShowsAllClasses() {
    Logs.OURS.setLevel(Level.FINE);
    assertThat(line("io.beambatch.cli.Rounds", Level.INFO, null))
        .contains("io.beambatch.cli.Rounds", "it's late");
  }

  private static String line(String logger, Level level, Throwable thrown) {
    LogRecord record = new LogRecord(level, "it's late");
    record.setLoggerName(logger);
    record.setThrown(thrown);
    return new LogLines().format(record);
  }
}
