package io.beambatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.batch.BatchException;
import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import io.beambatch.provider.ProviderSettingsException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class FailuresTest {
  private final StringWriter err = new StringWriter();

  @Test
  void anErrorForUsersIsShownAloneAndSaysHowTheCommandEnds() {
    Throwable thrown = new UserException("over the limit", ExitCode.OVER_BUDGET);

    assertThat(report(thrown)).isEqualTo(ExitCode.OVER_BUDGET);
    assertThat(err).hasToString("error: over the limit\n");
  }

  @Test
  void anErrorForUsersIsFoundInWhatARunnerHasMadeOfIt() {
    Throwable thrown =
        new IllegalStateException(
            "pipeline failed", new RuntimeException(new BatchException("no quota", null)));

    assertThat(report(thrown)).isEqualTo(ExitCode.ERROR);
    assertThat(err).hasToString("error: no quota\n");
  }

  @Test
  void settingsAreAMatterOfUsage() {
    assertThat(report(new ProviderSettingsException("set a key"))).isEqualTo(ExitCode.USAGE);
    assertThat(report(new IllegalArgumentException("--run ?"))).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void anErrorWithAFileIsShownWithoutATrace() {
    assertThat(report(new IOException("in.jsonl is damaged"))).isEqualTo(ExitCode.ERROR);
    assertThat(report(new NoSuchFileException("in.jsonl"))).isEqualTo(ExitCode.ERROR);
    assertThat(err)
        .hasToString("error: in.jsonl is damaged\nerror: NoSuchFileException: in.jsonl\n");
  }

  @Test
  void whatAnErrorQuotesNeitherSteersTheTerminalNorShowsAKey() {
    report(new UserException("two\nlines \u001b[2J\u009b2J\u202e sk-abcdefgh", ExitCode.ERROR));

    assertThat(err).hasToString("error: two\nlines  [2J 2J  ***\n");
  }

  @Test
  void aFaultOfTheProgramIsShownWithItsTrace() {
    assertThat(report(new IllegalStateException("odd"))).isEqualTo(ExitCode.ERROR);
    assertThat(err.toString()).startsWith("error: odd\n").contains("at io.beambatch.cli.Failures");
  }

  private int report(Throwable thrown) {
    return Failures.report(thrown, new PrintWriter(err));
  }
}
