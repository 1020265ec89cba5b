package io.beambatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.error.UserException;
import io.beambatch.ledger.BatchEntry.State;
import io.beambatch.ledger.BatchEntry.Times;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchError;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.InputFile;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** What each step of a chunk's way keeps and what it changes. */
class BatchEntryTest {
  private final BatchEnd end = new BatchEnd(BatchStatus.COMPLETED, "out", null, List.of(), 1L);
  private final InputFile file = new InputFile("f1", "in.jsonl", at(5));
  private final BatchEntry planned = BatchEntry.planned(file, at(10));
  private final BatchEntry submitting = planned.submitting("me", at(20));
  private final BatchEntry submitted = submitting.submitted("b1", at(30));

  @Test
  void goesFromItsUploadToItsEnd() {
    Times sent = new Times(10, 30L, null, null, null, null);

    assertThat(planned).isEqualTo(entry(State.PLANNED, null, 10, null, null, times(10)));
    assertThat(submitting).isEqualTo(entry(State.SUBMITTING, "me", 20, null, null, times(10)));
    assertThat(submitted).isEqualTo(entry(State.SUBMITTED, "me", 30, "b1", null, sent));
    assertThat(submitted.ended(end, at(40)))
        .isEqualTo(entry(State.ENDED, "me", 40, "b1", end, sent));
  }

  @Test
  void losesItsInputWhenThatIsDeleted() {
    BatchEntry ended = submitted.ended(end, at(40));

    assertThat(ended.discarded(at(50)))
        .isEqualTo(
            new BatchEntry(
                State.ENDED,
                null,
                5,
                "me",
                40,
                "b1",
                end,
                new Times(10, 30L, null, null, null, 50L),
                0,
                null,
                List.of("f1"),
                false));
  }

  @Test
  void goesBackToWaitForItsTurn() {
    assertThat(submitting.putBack(at(50)))
        .isEqualTo(entry(State.PLANNED, null, 50, null, null, times(10)));
  }

  @Test
  void countsHowOftenItsInputWasLost() {
    BatchEntry without = submitting.withoutFile(at(50));
    assertThat(without)
        .isEqualTo(
            new BatchEntry(
                State.PLANNED,
                null,
                0,
                null,
                50,
                null,
                null,
                times(10),
                1,
                null,
                List.of("f1"),
                false));

    BatchEntry again = without.uploaded(new InputFile("f2", "in.jsonl", at(55)), at(60));
    assertThat(again)
        .isEqualTo(
            new BatchEntry(
                State.PLANNED,
                "f2",
                55,
                null,
                60,
                null,
                null,
                times(10),
                1,
                null,
                List.of("f1"),
                false));
    assertThat(again.knowsInput("f1")).isTrue();
    assertThat(again.knowsInput("f3")).isFalse();
    assertThat(again.submitting("me", at(70)).submitted("b2", at(80)).lostInputs()).isEqualTo(1);
    assertThat(again.putBack(at(70)).withoutFile(at(80)).lostInputs()).isEqualTo(2);
    assertThat(again.ended(end, at(80)).discarded(at(90)).lostInputs()).isEqualTo(1);
  }

  @Test
  void hasNoBatchIfItIsUnwanted() {
    assertThat(BatchEntry.unwanted(3, at(10)))
        .isEqualTo(
            new BatchEntry(
                State.PLANNED,
                null,
                3,
                null,
                10,
                null,
                null,
                times(10),
                0,
                null,
                List.of(),
                false));
  }

  @Test
  void remembersSinceWhenItHasBeenWaitedFor() {
    BatchEntry cancelled = submitted.cancelled(at(40));
    BatchEntry vanished = cancelled.vanished(at(50));
    BatchEntry over = vanished.over(at(60));

    assertThat(cancelled).isEqualTo(waiting(new Times(10, 30L, null, 40L, null, null)));
    assertThat(vanished).isEqualTo(waiting(new Times(10, 30L, null, 40L, 50L, null)));
    assertThat(vanished.found()).isEqualTo(waiting(new Times(10, 30L, null, 40L, null, null)));
    assertThat(over).isEqualTo(waiting(new Times(10, 30L, 60L, 40L, null, null)));
    assertThat(over.vanished(at(70)).cancelled(at(80)))
        .isEqualTo(waiting(new Times(10, 30L, 60L, 80L, 70L, null)));
    assertThat(over.vanished(at(70)).found())
        .isEqualTo(waiting(new Times(10, 30L, 60L, 40L, null, null)));
  }

  @Test
  void saysWhyItCantGoOnUntilItDoes() {
    BatchEntry failed = submitted.failed("no answer", false);

    assertThat(failed)
        .isEqualTo(
            new BatchEntry(
                State.SUBMITTED,
                "f1",
                5,
                "me",
                30,
                "b1",
                null,
                failed.times(),
                0,
                "no answer",
                List.of(),
                false));
    assertThat(failed.overBudget()).isFalse();
    assertThat(submitted.failed("too dear", true).overBudget()).isTrue();
    assertThat(failed.cancelled(at(40)).problem()).isNull();
    assertThat(failed.ended(end, at(40)).problem()).isNull();
  }

  @Test
  void endsAsTheProviderReportsItsBatch() {
    BatchError error = new BatchError("code", "message", null, null);

    assertThat(BatchEnd.of(batch(3, 2, error)))
        .isEqualTo(new BatchEnd(BatchStatus.EXPIRED, "out", "err", List.of(error), 3L));
    assertThat(BatchEnd.of(batch(0, 2)).answered()).as("none is answered").isZero();
    assertThat(BatchEnd.of(batch(2, 0)).answered()).isEqualTo(2);
    assertThat(BatchEnd.of(batch(0, 0)).answered()).as("nothing is counted").isNull();
  }

  @Test
  void aBatchThatIsGivenUpKeepsWhatItShowsAndSaysSo() {
    BatchEnd end = BatchEnd.givenUp(batch(3, 2));

    assertThat(end.status()).isEqualTo(BatchStatus.CANCELLED);
    assertThat(end.outputFileId()).isEqualTo("out");
    assertThat(end.answered()).isEqualTo(3);
    assertThat(end.mayBeBilledForMore()).isTrue();
    assertThat(BatchEnd.of(batch(3, 2)).mayBeBilledForMore()).isFalse();
  }

  @Test
  void endsWithoutAnswersIfItHasNoBatch() {
    BatchError vanished = new BatchError(BatchEnd.VANISHED, "gone", null, null);
    BatchError unknown = new BatchError(BatchEnd.UNKNOWN, "gone", null, null);
    BatchError other = new BatchError("token_limit_exceeded", "later", null, null);

    assertThat(BatchEnd.withoutResults(BatchStatus.FAILED, List.of(vanished)))
        .isEqualTo(new BatchEnd(BatchStatus.FAILED, null, null, List.of(vanished), 0L));
    assertThat(List.of(vanished, unknown, other))
        .filteredOn(BatchEnd::isVanished)
        .containsExactly(vanished, unknown);
    assertThat(BatchEnd.withoutResults(BatchStatus.FAILED, List.of(other, unknown)))
        .matches(BatchEnd::mayBeBilledForMore);
    assertThat(BatchEnd.withoutResults(BatchStatus.FAILED, List.of(other)))
        .matches(Predicate.not(BatchEnd::mayBeBilledForMore));
  }

  @Test
  void remembersSinceWhenABatchWithoutAKeyMayBeItsOwn() {
    assertThat(planned.submittingAfter(at(15), "me", at(20)))
        .isEqualTo(
            new BatchEntry(
                State.SUBMITTING,
                "f1",
                15,
                "me",
                20,
                null,
                null,
                times(10),
                0,
                null,
                List.of(),
                false));
  }

  @Test
  void holdsNoIdThatNoProviderGives() {
    assertThatThrownBy(() -> submitting.submitted("../b1", at(30)))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("an id that no provider gives");
    assertThatThrownBy(() -> new BatchEnd(BatchStatus.COMPLETED, "a/../b", null, List.of(), null))
        .isInstanceOf(UserException.class);
    assertThatThrownBy(() -> new BatchEnd(BatchStatus.COMPLETED, null, "a/../b", List.of(), null))
        .isInstanceOf(UserException.class);
  }

  private static Batch batch(long completed, long failed, BatchError... errors) {
    return new Batch(
        "b1",
        BatchStatus.EXPIRED,
        "/v1/chat/completions",
        "f1",
        "out",
        "err",
        at(20),
        5,
        completed,
        failed,
        List.of(errors),
        Map.of());
  }

  private BatchEntry waiting(Times times) {
    return entry(State.SUBMITTED, "me", 30, "b1", null, times);
  }

  private static BatchEntry entry(
      State state, String owner, long since, String batch, BatchEnd end, Times times) {
    return new BatchEntry(
        state, "f1", 5, owner, since, batch, end, times, 0, null, List.of(), false);
  }

  private static Times times(long planned) {
    return new Times(planned, null, null, null, null, null);
  }

  private static Instant at(long millis) {
    return Instant.ofEpochMilli(millis);
  }
}
