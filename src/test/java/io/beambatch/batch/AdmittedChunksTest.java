package io.beambatch.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.beambatch.batch.Admission.Action;
import io.beambatch.batch.Admission.Decider;
import io.beambatch.batch.Admission.Decision;
import io.beambatch.chunk.Chunk;
import io.beambatch.error.ExitCode;
import io.beambatch.ledger.BatchEnd;
import io.beambatch.ledger.BatchEntry.State;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchError;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.Submission;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Chunks that wait for more than room: for a decision, or for the end of another. */
class AdmittedChunksTest extends CoordinatorFixture {
  @Test
  void chunkThatIsNotAdmittedEndsWithoutABatch() throws Throwable {
    decide("a1-c1", () -> new Decision(Action.FAIL, false, "the money is spent"));

    await("", chunk(0, 60), chunk(1, 60));

    assertThat(creates).isEqualTo(1);
    assertNotSent("a1-c1");
    assertThat(left).isNull();
  }

  @Test
  void chunkThatIsLeftIsSetAsideWithItsReason() throws Throwable {
    decide("a1-c0", () -> new Decision(Action.SET_ASIDE, false, "the money is spent"));

    await("", chunk(0, 60), chunk(1, 60));

    assertThat(done).extracting(awaited -> awaited.chunk().id()).containsExactly("a1-c1");
    assertThat(left).hasMessage("the money is spent");
    assertThat(left.exitCode()).isEqualTo(ExitCode.OVER_BUDGET);
    assertThat(entry("a1-c0").state()).isEqualTo(State.PLANNED);
    assertThat(entry("a1-c0").problem()).isEqualTo("the money is spent");
    assertThat(entry("a1-c0").overBudget()).isTrue();
  }

  @Test
  void chunkThatWaitsIsDecidedAboutAgainWhenOthersHaveEnded() throws Throwable {
    decide(
        "a1-c1",
        () ->
            done.isEmpty()
                ? new Decision(Action.FAIL, true, "too early to say")
                : Decision.ADMITTED);

    await("", chunk(0, 60), chunk(1, 60));

    assertThat(done)
        .extracting(AwaitedChunk::status)
        .containsExactly(BatchStatus.COMPLETED, BatchStatus.COMPLETED);
    assertThat(batchOf(1).created).isAfter(batchOf(0).created.plus(QUICK.answering()));
  }

  @Test
  void decisionIsFinalOnceThereIsNothingToWaitFor() throws Throwable {
    decide("a1-c1", () -> new Decision(Action.FAIL, true, "the money is spent"));

    await("", chunk(0, 60), chunk(1, 60));

    assertThat(done).extracting(awaited -> awaited.chunk().id()).containsExactly("a1-c0", "a1-c1");
    assertNotSent("a1-c1");
  }

  @Test
  void chunkIsLeftOnceThereIsNothingToWaitFor() throws Throwable {
    decide("a1-c1", () -> new Decision(Action.SET_ASIDE, true, "the money is spent"));

    await("", chunk(0, 60), chunk(1, 60));

    assertThat(done).extracting(awaited -> awaited.chunk().id()).containsExactly("a1-c0");
    assertThat(left).hasMessage("the money is spent");
    assertThat(entry("a1-c1").state()).isEqualTo(State.PLANNED);
  }

  @Test
  void chunkGoesAfterTheEndOfTheOneThatItFollows() throws Throwable {
    await("", chunk(0, 60), following("a1-c0"));

    assertThat(done).hasSize(2);
    assertThat(batchOf(1).created).isAfter(batchOf(0).created.plus(QUICK.answering()));
  }

  @Test
  void chunkGoesOnIfTheOneThatItFollowsHasComeToAHalt() throws Throwable {
    provider =
        new Reliable() {
          @Override
          public Batch create(Submission submission) throws ProviderException {
            if (run.key("a1-c0").equals(submission.key())) {
              throw failure(Kind.INVALID_REQUEST, 400, "invalid_value");
            }
            return super.create(submission);
          }
        };

    await("", chunk(0, 60), following("a1-c0"));

    assertThat(done).extracting(awaited -> awaited.chunk().id()).containsExactly("a1-c1");
    assertThat(left).hasMessageContaining("no batch could be created for chunk a1-c0");
  }

  @Test
  void chunkDoesNotGoBeforeOneThatIsNotPlannedYet() throws Throwable {
    await("poll.deadline=2h", following("a1-c0"));

    assertThat(creates).isZero();
    assertThat(left).hasMessageContaining("chunk a1-c1 could not be submitted");
  }

  /** Such as the verdict on a canary, and then the limit on cost. */
  @Test
  void secondIsAskedOnlyAboutWhatTheFirstAdmits() throws Throwable {
    Decision stopped = new Decision(Action.SET_ASIDE, false, "the canary failed");
    Decision tooDear = new Decision(Action.SET_ASIDE, false, "the money is spent");
    List<String> asked = new ArrayList<>();
    Admission first = () -> chunk -> chunk.id().equals("a1-c0") ? stopped : Decision.ADMITTED;
    Admission second =
        () ->
            chunk -> {
              asked.add(chunk.id());
              return chunk.id().equals("a1-c1") ? tooDear : Decision.ADMITTED;
            };
    adjusted = settings -> settings.admitting(first.and(second));

    await("", chunk(0, 60), chunk(1, 60), chunk(2, 60));

    assertThat(asked).containsExactly("a1-c1", "a1-c2");
    assertThat(done).extracting(awaited -> awaited.chunk().id()).containsExactly("a1-c2");
    assertThat(entry("a1-c0").problem()).isEqualTo("the canary failed");
    assertThat(entry("a1-c1").problem()).isEqualTo("the money is spent");
  }

  /** Such as a day's limit on cost, when the reply was lost on the day before. */
  @Test
  void creationThatBroughtNoBatchIsRepeatedOnlyIfItIsAdmittedAgain() throws Throwable {
    Decision tooDear = new Decision(Action.SET_ASIDE, true, "the money of the day is spent");
    provider =
        new Reliable() {
          @Override
          public Batch create(Submission submission) throws ProviderException {
            creates++;
            throw failure(Kind.NO_REPLY, 0, null);
          }
        };
    Admission day =
        () ->
            new Decider() {
              @Override
              public Decision decide(Chunk chunk) {
                return Decision.ADMITTED;
              }

              @Override
              public Decision decideAgain(Chunk chunk) {
                return tooDear;
              }
            };
    adjusted = settings -> settings.admitting(Admission.OPEN.and(day));

    await("", chunk(0, 60));

    assertThat(creates).isEqualTo(1);
    assertThat(left).hasMessage("the money of the day is spent");
    assertThat(left.exitCode()).isEqualTo(ExitCode.OVER_BUDGET);
    assertThat(entry("a1-c0").state()).isEqualTo(State.SUBMITTING);
  }

  /** Decides about a chunk; all others are admitted. */
  private void decide(String chunk, Supplier<Decision> decision) {
    adjusted =
        settings ->
            settings.admitting(
                () -> asked -> asked.id().equals(chunk) ? decision.get() : Decision.ADMITTED);
  }

  private static Chunk following(String first) {
    Chunk chunk = chunk(1, 60);
    return new Chunk(chunk.id(), chunk.attempt(), chunk.parts(), first);
  }

  private void assertNotSent(String chunk) throws Exception {
    assertThat(done)
        .filteredOn(awaited -> awaited.batchId() == null)
        .singleElement()
        .satisfies(
            awaited -> {
              assertThat(awaited.chunk().id()).isEqualTo(chunk);
              assertThat(awaited.status()).isEqualTo(BatchStatus.CANCELLED);
              assertThat(awaited.errors())
                  .extracting(BatchError::code, BatchError::message)
                  .containsExactly(tuple(BatchEnd.OVER_BUDGET, "the money is spent"));
            });
    assertThat(entry(chunk).state()).isEqualTo(State.ENDED);
  }

  private SimulatedBatch batchOf(int chunk) {
    return server.ofKey(run.key("a1-c" + chunk)).get(0);
  }
}
