package io.beambatch.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.error.UserException;
import io.beambatch.job.Job;
import io.beambatch.job.JobReader;
import io.beambatch.run.Runs.Choice;
import io.beambatch.storage.Storage;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages that a run has taken are nowhere else: no other run is begun in its place. */
class MessagesOfRunsTest {
  @TempDir Path folder;

  private Run run;

  @BeforeEach
  void takeMessages() throws Exception {
    run = runs("x").open(null, Choice.RESUME);
    Storage.write(
        run.folder().inbox("20260131T120000000-k3v9x0a1-000001.jsonl"),
        stream -> stream.write('\n'));
  }

  @Test
  void goesOnWithTheRunThatHasThem() throws Exception {
    assertThat(runs("x").open(null, Choice.RESUME).record().name()).isEqualTo(run.record().name());
  }

  @Test
  void beginsNoOtherOneSilentlyWhenTheJobHasChanged() {
    assertThatThrownBy(() -> runs("y").open(null, Choice.RESUME))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("is not finished, and was begun with another job");
  }

  @Test
  void beginsNoNewOneBeforeTheyAreSent() throws Exception {
    assertThatThrownBy(() -> runs("x").open(null, Choice.NEW))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("has taken messages that it has not sent (files: 1)")
        .hasMessageContaining("--run " + run.record().name());

    runs("x").finish(run);
    assertThatCode(() -> runs("x").open("other", Choice.NEW)).doesNotThrowAnyException();
  }

  @Test
  void canBeCancelled() {
    assertThatCode(() -> runs("x").requirePlan(run)).doesNotThrowAnyException();
  }

  private Runs runs(String result) throws Exception {
    Job job =
        JobReader.read(
            "pipelines/sentiment.yaml",
            List.of(
                "source={type: pubsub, subscription: projects/p/subscriptions/abc}",
                "result.field=" + result));
    return new Runs(folder.toString(), job, Clock.systemUTC());
  }
}
