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
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerdictsTest {
  private final UserException refused = new UserException("refused", ExitCode.ERROR);

  @TempDir Path temp;
  private RunFolder run;
  private Verdicts verdicts;

  @BeforeEach
  void aStreamHasARun() {
    run = new RunFolder(temp + "/job/r1");
    verdicts = Verdicts.of(IsBounded.UNBOUNDED, run);
  }

  @Test
  void endAPipelineWhoseInputEnds() throws IOException {
    assertThat(Verdicts.of(IsBounded.BOUNDED, run).take("a1", refused)).isFalse();
    assertThat(Verdicts.standing(run)).isEmpty();
  }

  @Test
  void areKeptForTheReportUntilTheyAreLifted() throws IOException {
    assertThat(verdicts.take("a1", refused)).isTrue();
    assertThat(verdicts.take("a2", new MiscountException("one too few"))).isTrue();
    assertThat(Verdicts.standing(run)).isEqualTo(Map.of("a1", "refused", "a2", "one too few"));

    verdicts.lift("a1");

    assertThat(Verdicts.standing(run)).containsOnlyKeys("a2");
    assertThat(verdicts.take("a1", refused)).isTrue();
    assertThat(Verdicts.standing(run)).containsOnlyKeys("a1", "a2");
  }

  @Test
  void thatWereNeverPassedNeedNoLifting() throws IOException {
    verdicts.lift("a1");

    assertThat(temp.resolve("job")).doesNotExist();
  }

  @Test
  void areFoundBehindOtherErrors() throws IOException {
    assertThat(verdicts.take("a1", new RuntimeException("step failed", refused))).isTrue();
    assertThat(verdicts.take("a2", new UncheckedIOException(new MiscountException("few"))))
        .isTrue();
    assertThat(verdicts.take("a3", new IllegalStateException("can't be"))).isTrue();
    assertThat(Verdicts.standing(run)).containsOnlyKeys("a1", "a2", "a3");
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

    assertThat(verdicts.take("a1", busy)).isFalse();
    assertThat(verdicts.take("a1", new IllegalStateException(busy))).isFalse();
    assertThat(verdicts.take("a1", new IOException("disk"))).isFalse();
    assertThat(Verdicts.standing(run)).isEmpty();
  }

  @Test
  void areWrittenAgainOnlyWhenTheySaySomethingElse() throws IOException {
    take("no credit (request id req_1)");
    take("no credit (request id req_2)");
    assertThat(versions("a1")).isEqualTo(1);

    take("no key (request id req_3)");
    assertThat(versions("a1")).isEqualTo(2);
    assertThat(Verdicts.standing(run)).containsEntry("a1", "no key (request id req_3)");
  }

  private void take(String message) throws IOException {
    verdicts.take("a1", new UserException(message, ExitCode.ERROR));
  }

  private long versions(String subject) throws IOException {
    try (Stream<Path> files = Files.list(temp.resolve("job/r1/verdicts/" + subject))) {
      return files.count();
    }
  }
}
