package io.beambatch.batch;

import io.beambatch.chunk.Chunk;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.ledger.BatchLedger.Tracked;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchStatus;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A chunk on its way through the provider: its entry in the ledger, and what one coordinator
 * remembers of it between two steps. Only the methods here change either.
 */
final class TrackedChunk {
  private static final Duration FIRST_INPUT_PAUSE = Duration.ofSeconds(2);
  private static final Duration LONGEST_INPUT_PAUSE = Duration.ofMinutes(1);

  private final Chunk chunk;
  private final BatchLedger ledger;
  private final Instant since;
  private Tracked tracked;

  /** Since when nobody can have been creating a batch, as far as this coordinator knows. */
  private @Nullable Instant quietSince;

  /** Since when the provider has said that it can't find the input file. */
  private @Nullable Instant inputMissingSince;

  private Duration inputPause = FIRST_INPUT_PAUSE;
  private Instant notBefore = Instant.MIN;
  private @Nullable String refusal;
  private boolean lostInput;

  /** Whether a batch of it has got past its validation. */
  private boolean accepted;

  /** Requests dealt with, at the last look. */
  private long handled;

  /** Requests that had their answer, at the last look. */
  private long answered;

  /**
   * A chunk that is in the ledger.
   *
   * @param launched when this coordinator began
   */
  TrackedChunk(Chunk chunk, BatchLedger ledger, WaitPolicy waitPolicy, Instant launched)
      throws IOException {
    this.chunk = chunk;
    this.ledger = ledger;
    this.tracked = load();
    Instant planned = Instant.ofEpochMilli(tracked.entry().times().planned());
    this.since = waitPolicy.beginningOfWait(planned, launched);
  }

  Chunk chunk() {
    return chunk;
  }

  String id() {
    return chunk.id();
  }

  BatchEntry entry() {
    return tracked.entry();
  }

  BatchEntry.State state() {
    return tracked.entry().state();
  }

  /** Whether it may have a batch that counts against the limits. */
  boolean isInFlight() {
    return state() == BatchEntry.State.SUBMITTING || state() == BatchEntry.State.SUBMITTED;
  }

  /** Since when it has been waiting for its turn. */
  Instant since() {
    return since;
  }

  /**
   * Since when something is waited for that began at a time of the ledger's. A launch that stays
   * with the batch begins to wait anew; otherwise running the same command again, as a user is told
   * to do, would not help.
   */
  Instant waitedFor(long millis) {
    Instant began = Instant.ofEpochMilli(millis);
    return began.isAfter(since) ? began : since;
  }

  /**
   * Moves the chunk on, unless somebody else has; then what they made of it is taken over.
   *
   * @return whether it was this call that moved it
   */
  boolean advance(BatchEntry to) throws IOException {
    var written = ledger.advance(tracked, to);
    take(written.isPresent() ? written.get() : load());
    return written.isPresent();
  }

  /** Looks what others have made of the chunk. */
  void reload() throws IOException {
    take(load());
  }

  private void take(Tracked now) {
    if (now.version() != tracked.version()) {
      quietSince = null;
    }
    tracked = now;
  }

  private Tracked load() throws IOException {
    return ledger
        .read(chunk.id())
        .orElseThrow(() -> new IOException("the ledger has lost chunk " + chunk.id()));
  }

  /** Says that nobody is creating a batch of it any more, as far as this coordinator knows. */
  void nobodyCreates(Instant now) {
    quietSince = now;
  }

  /** Since when nobody can have been creating a batch of it; from now on, if that was not known. */
  Instant quietSince(Instant now) {
    if (quietSince == null) {
      quietSince = now;
    }
    return quietSince;
  }

  /** Whether it may be submitted, or has to pause because its input can't be found yet. */
  boolean isPausing(Instant now) {
    return now.isBefore(notBefore);
  }

  /** What the provider said when it last did not take the chunk, or null. */
  @Nullable String refusal() {
    return refusal;
  }

  void refused(@Nullable String words) {
    refusal = words;
  }

  /** Whether the provider can't find its input. */
  boolean isInputMissing() {
    return inputMissingSince != null;
  }

  /**
   * Pauses because the provider can't find the input, longer each time.
   *
   * @return whether that has been so for longer than the patience
   */
  boolean inputMissing(Instant now, Duration patience) {
    if (inputMissingSince == null) {
      inputMissingSince = now;
    }
    notBefore = now.plus(inputPause);
    Duration twice = inputPause.multipliedBy(2);
    inputPause = twice.compareTo(LONGEST_INPUT_PAUSE) > 0 ? LONGEST_INPUT_PAUSE : twice;
    return now.isAfter(inputMissingSince.plus(patience));
  }

  void inputFound() {
    inputMissingSince = null;
    inputPause = FIRST_INPUT_PAUSE;
    notBefore = Instant.MIN;
  }

  /** Gives its input up as lost: it has to be uploaded again. */
  void loseInput(Instant now) throws IOException {
    inputFound();
    lostInput = true;
    advance(entry().withoutFile(now));
  }

  /** Whether its input was lost while this coordinator looked after it. */
  boolean hasLostInput() {
    return lostInput;
  }

  /**
   * Takes note of how far its batch has come.
   *
   * @return whether it has got further
   */
  boolean noteProgress(Batch batch) {
    boolean nowAccepted =
        batch.status() != BatchStatus.VALIDATING && batch.status() != BatchStatus.FAILED;
    long nowHandled =
        Math.min(chunk.requests(), InFlightUsage.sum(batch.completed(), batch.failed()));
    boolean further = (nowAccepted && !accepted) || nowHandled > handled;
    if (nowAccepted) {
      inputFound();
    }
    accepted |= nowAccepted;
    handled = Math.max(handled, nowHandled);
    answered = Math.max(answered, Math.min(chunk.requests(), batch.completed()));
    return further;
  }

  /** Requests that have their answer, as far as is known. */
  long answered() {
    BatchEntry.BatchEnd end = entry().end();
    if (end == null) {
      return answered;
    }
    if (end.answered() != null) {
      return Math.min(chunk.requests(), end.answered());
    }
    // Some providers tell no counts, and their batches have all answers.
    boolean whole = end.status() == BatchStatus.COMPLETED && end.errors().isEmpty();
    return answered == 0 && whole ? chunk.requests() : answered;
  }
}
