package io.beambatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.ledger.BatchEntry.BatchEnd;
import io.beambatch.ledger.BatchEntry.State;
import io.beambatch.ledger.BatchEntry.Times;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.InputFile;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What each step of a chunk's way keeps and what it changes. */
class BatchEntryTest {
  private static final BatchEnd END =
      new BatchEnd(BatchStatus.COMPLETED, "out", null, List.of(), 1L);

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
    assertThat(submitted.ended(END, at(40)))
        .isEqualTo(entry(State.ENDED, "me", 40, "b1", END, sent));
  }

  @Test
  void losesItsInputWhenThatIsDeleted() {
    BatchEntry ended = submitted.ended(END, at(40));

    assertThat(ended.discarded(at(50)))
        .isEqualTo(
            new BatchEntry(
                State.ENDED,
                null,
                5,
                "me",
                40,
                "b1",
                END,
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
    assertThat(again.ended(END, at(80)).discarded(at(90)).lostInputs()).isEqualTo(1);
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
    assertThat(failed.cancelled(at(40)).problem()).isNull();
    assertThat(failed.ended(END, at(40)).problem()).isNull();
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
