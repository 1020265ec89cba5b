package io.beambatch.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Part;
import io.beambatch.ledger.BatchEnd;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchEntry.State;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchError;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.InputFile;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What one coordinator remembers of a chunk. */
class TrackedChunkTest {
  private static final Instant START = Instant.parse("2026-11-02T08:00:00Z");
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final BatchLedger ledger = new BatchLedger(new TroubledStore(new HashMap<>(), null));
  private final Chunk chunk =
      new Chunk("a1-c0", 1, List.of(new Part("p0", 40, 40, 100, 60, Map.of())));
  private TrackedChunk tracked;

  @BeforeEach
  void aChunkIsUploaded() throws IOException {
    ledger.create("a1-c0", BatchEntry.planned(new InputFile("f1", "in.jsonl", START), START));
    tracked = track();
  }

  @Test
  void getsFurtherWhenItsBatchIsAcceptedAndWithEachAnswer() {
    assertThat(tracked.recordProgress(batch(BatchStatus.VALIDATING, 0, 0))).isFalse();
    assertThat(tracked.recordProgress(batch(BatchStatus.FAILED, 0, 0))).isFalse();
    assertThat(tracked.recordProgress(batch(BatchStatus.IN_PROGRESS, 0, 0))).isTrue();
    assertThat(tracked.recordProgress(batch(BatchStatus.IN_PROGRESS, 0, 0))).isFalse();
    assertThat(tracked.recordProgress(batch(BatchStatus.IN_PROGRESS, 5, 2))).isTrue();
    assertThat(tracked.recordProgress(batch(BatchStatus.IN_PROGRESS, 5, 2))).isFalse();
    assertThat(tracked.recordProgress(batch(BatchStatus.IN_PROGRESS, 3, 2))).isFalse();
    assertThat(tracked.answered()).isEqualTo(5);
  }

  @Test
  void hasNoMoreAnswersThanRequests() throws IOException {
    tracked.recordProgress(batch(BatchStatus.IN_PROGRESS, 1_000, 0));
    assertThat(tracked.answered()).isEqualTo(40);

    end(BatchStatus.COMPLETED, 1_000L);
    assertThat(tracked.answered()).isEqualTo(40);
  }

  @Test
  void hasTheAnswersThatItsEndCounts() throws IOException {
    tracked.recordProgress(batch(BatchStatus.IN_PROGRESS, 5, 0));
    end(BatchStatus.EXPIRED, 30L);

    assertThat(tracked.answered()).isEqualTo(30);
  }

  @Test
  void hasAllAnswersIfACompletedBatchCountsNone() throws IOException {
    end(BatchStatus.COMPLETED, null);

    assertThat(tracked.answered()).isEqualTo(40);
  }

  @Test
  void hasTheAnswersThatWereSeenIfItsEndCountsNone() throws IOException {
    tracked.recordProgress(batch(BatchStatus.IN_PROGRESS, 7, 0));
    end(BatchStatus.COMPLETED, null);

    assertThat(tracked.answered()).isEqualTo(7);
  }

  @Test
  void hasNoAnswersIfItsBatchExpiredOrVanishedWithoutACount() throws IOException {
    end(BatchStatus.EXPIRED, null);
    assertThat(tracked.answered()).isZero();

    end(BatchStatus.COMPLETED, null, new BatchError(BatchEnd.VANISHED, "gone", null, null));
    assertThat(tracked.answered()).isZero();
  }

  @Test
  void pausesLongerEachTimeThatItsInputIsMissing() {
    Instant now = START;
    assertThat(tracked.isInputMissing()).isFalse();
    for (int pause : new int[] {2, 4, 8, 16, 32, 60, 60}) {
      assertThat(tracked.inputMissing(now, PATIENCE)).isFalse();
      assertThat(tracked.isInputMissing()).isTrue();
      assertThat(tracked.isPausing(now.plusSeconds(pause).minusMillis(1))).isTrue();
      assertThat(tracked.isPausing(now.plusSeconds(pause))).isFalse();
      now = now.plusSeconds(pause);
    }
    assertThat(tracked.inputMissing(START.plus(PATIENCE), PATIENCE)).isFalse();
    assertThat(tracked.inputMissing(START.plus(PATIENCE).plusMillis(1), PATIENCE)).isTrue();
  }

  @Test
  void pausesNoLongerOnceABatchIsAccepted() {
    tracked.inputMissing(START, PATIENCE);

    tracked.recordProgress(batch(BatchStatus.VALIDATING, 0, 0));
    assertThat(tracked.isPausing(START)).isTrue();
    tracked.recordProgress(batch(BatchStatus.IN_PROGRESS, 0, 0));

    assertThat(tracked.isInputMissing()).isFalse();
    assertThat(tracked.isPausing(START)).isFalse();
  }

  @Test
  void knowsThatItHasLostItsInput() throws IOException {
    tracked.inputMissing(START, PATIENCE);
    assertThat(tracked.hasLostInput()).isFalse();

    tracked.loseInput(START);

    assertThat(tracked.hasLostInput()).isTrue();
    assertThat(tracked.isInputMissing()).isFalse();
    assertThat(tracked.entry().fileId()).isNull();
    assertThat(tracked.entry().lostInputs()).isEqualTo(1);
  }

  @Test
  void takesOverWhatAnotherHasWritten() throws IOException {
    TrackedChunk another = track();
    assertThat(another.advance(another.entry().submitting("other", START))).isTrue();

    assertThat(tracked.advance(tracked.entry().submitting("me", START))).isFalse();

    assertThat(tracked.entry().owner()).isEqualTo("other");
  }

  @Test
  void isInFlightFromTheIntentionToTheEndOfItsBatch() throws IOException {
    assertThat(tracked.isInFlight()).isFalse();
    tracked.advance(tracked.entry().submitting("me", START));
    assertThat(tracked.isInFlight()).isTrue();
    tracked.advance(tracked.entry().submitted("b1", START));
    assertThat(tracked.isInFlight()).isTrue();
    end(BatchStatus.COMPLETED, 40L);
    assertThat(tracked.isInFlight()).isFalse();
  }

  @Test
  void isQuietFromThenOnUntilSomethingIsWritten() throws IOException {
    tracked.advance(tracked.entry().submitting("me", START));
    assertThat(tracked.quietSince(START.plusSeconds(5))).isEqualTo(START.plusSeconds(5));
    assertThat(tracked.quietSince(START.plusSeconds(9))).isEqualTo(START.plusSeconds(5));
    tracked.reload();
    assertThat(tracked.quietSince(START.plusSeconds(9))).isEqualTo(START.plusSeconds(5));

    TrackedChunk another = track();
    another.advance(another.entry().submitting("other", START.plusSeconds(10)));
    tracked.reload();

    assertThat(tracked.quietSince(START.plusSeconds(20))).isEqualTo(START.plusSeconds(20));
  }

  @Test
  void isNotTrackedWithoutAnEntry() {
    Chunk unknown = new Chunk("a1-c9", 1, chunk.parts());

    assertThatThrownBy(() -> new TrackedChunk(unknown, ledger, WaitPolicy.UNTIL_ENDED, START))
        .isInstanceOf(IOException.class)
        .hasMessage("the ledger has lost chunk a1-c9");
  }

  @Test
  void waitsFromItsPlanOrItsLaunchWhicheverCounts() throws IOException {
    Instant launched = START.plusSeconds(60);
    TrackedChunk stays = new TrackedChunk(chunk, ledger, WaitPolicy.UNTIL_ENDED, launched);
    TrackedChunk looks = new TrackedChunk(chunk, ledger, WaitPolicy.ONE_POLL, launched);

    assertThat(stays.waitedFor(START.plusSeconds(5).toEpochMilli())).isEqualTo(launched);
    assertThat(looks.waitedFor(START.plusSeconds(5).toEpochMilli()))
        .isEqualTo(START.plusSeconds(5));
  }

  private TrackedChunk track() throws IOException {
    return new TrackedChunk(chunk, ledger, WaitPolicy.UNTIL_ENDED, START);
  }

  private void end(BatchStatus status, @Nullable Long answered, BatchError... errors)
      throws IOException {
    tracked.advance(
        tracked.entry().ended(new BatchEnd(status, "out", null, List.of(errors), answered), START));
    assertThat(tracked.state()).isEqualTo(State.ENDED);
  }

  private static Batch batch(BatchStatus status, long completed, long failed) {
    return new Batch(
        "b1",
        status,
        SimulatedServer.ENDPOINT,
        "f1",
        null,
        null,
        START,
        40,
        completed,
        failed,
        List.of(),
        Map.of());
  }
}
