package io.beambatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.error.ExitCode;
import io.beambatch.error.MiscountException;
import io.beambatch.error.UserException;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.beam.runners.core.metrics.CounterCell;
import org.apache.beam.runners.core.metrics.MetricsContainerImpl;
import org.apache.beam.sdk.metrics.MetricName;
import org.apache.beam.sdk.metrics.MetricsEnvironment;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PermanentErrorsTest {
  private final UserException refused = new UserException("refused", ExitCode.ERROR);

  @TempDir Path temp;
  private RunFolder run;
  private PermanentErrors permanentErrors;

  @BeforeEach
  void aStreamHasARun() {
    run = new RunFolder(temp + "/job/r1");
    permanentErrors = PermanentErrors.of(IsBounded.UNBOUNDED, run);
  }

  @Test
  void endAPipelineWhoseInputEnds() throws IOException {
    assertThat(PermanentErrors.of(IsBounded.BOUNDED, run).record("a1", refused)).isFalse();
    assertThat(PermanentErrors.messages(run)).isEmpty();
  }

  @Test
  void areKeptForTheReportUntilTheyAreLifted() throws IOException {
    assertThat(permanentErrors.record("a1", refused)).isTrue();
    assertThat(permanentErrors.record("a2", new MiscountException("one too few"))).isTrue();
    assertThat(PermanentErrors.messages(run))
        .isEqualTo(Map.of("a1", "refused", "a2", "one too few"));

    permanentErrors.clear("a1");

    assertThat(PermanentErrors.messages(run)).containsOnlyKeys("a2");
    assertThat(permanentErrors.record("a1", refused)).isTrue();
    assertThat(PermanentErrors.messages(run)).containsOnlyKeys("a1", "a2");
  }

  @Test
  void thatWereNeverPassedNeedNoLifting() throws IOException {
    permanentErrors.clear("a1");

    assertThat(temp.resolve("job")).doesNotExist();
  }

  @Test
  void areFoundBehindOtherErrors() throws IOException {
    assertThat(permanentErrors.record("a1", new RuntimeException("step failed", refused))).isTrue();
    assertThat(permanentErrors.record("a2", new UncheckedIOException(new MiscountException("few"))))
        .isTrue();
    assertThat(permanentErrors.record("a3", new IllegalStateException("can't be"))).isTrue();
    assertThat(PermanentErrors.messages(run)).containsOnlyKeys("a1", "a2", "a3");
  }

  @Test
  void areNotPassedOnWhatMayPass() throws IOException {
    UserException busy =
        new UserException("busy", ExitCode.ERROR) {
          @Override
          public boolean mayPass() {
            return true;
          }
        };

    assertThat(permanentErrors.record("a1", busy)).isFalse();
    assertThat(permanentErrors.record("a1", new IllegalStateException(busy))).isFalse();
    assertThat(permanentErrors.record("a1", new IOException("disk"))).isFalse();
    assertThat(PermanentErrors.messages(run)).isEmpty();
  }

  @Test
  void areWrittenAgainOnlyWhenTheySaySomethingElse() throws IOException {
    take("no credit (request id req_1)");
    take("no credit (request id req_2)");
    assertThat(versions("a1")).isEqualTo(1);

    take("no key (request id req_3)");
    assertThat(versions("a1")).isEqualTo(2);
    assertThat(PermanentErrors.messages(run)).containsEntry("a1", "no key (request id req_3)");
  }

  /** Somebody who watches a stream is told by its metrics. */
  @Test
  void areCountedWheneverTheyAreMet() throws IOException {
    MetricsContainerImpl container = new MetricsContainerImpl("step");
    MetricsEnvironment.setCurrentContainer(container);
    try {
      take("no credit");
      take("no credit");
      permanentErrors.record("a1", new IOException("disk"));
    } finally {
      MetricsEnvironment.setCurrentContainer(null);
    }

    assertThat(container.getCounter(MetricName.named(RunMetrics.NAMESPACE, "verdicts")))
        .extracting(CounterCell::getCumulative)
        .isEqualTo(2L);
  }

  private void take(String message) throws IOException {
    permanentErrors.record("a1", new UserException(message, ExitCode.ERROR));
  }

  private long versions(String subject) throws IOException {
    try (Stream<Path> files = Files.list(temp.resolve("job/r1/verdicts/" + subject))) {
      return files.count();
    }
  }
}
