package io.beambatch.batch;

import io.beambatch.chunk.Chunk;
import io.beambatch.ledger.BatchEnd;
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
 * remembers of it between two steps. Only this class changes either.
 */
final class TrackedChunk {
  private static final Duration FIRST_INPUT_PAUSE = Duration.ofSeconds(2);
  private static final Duration LONGEST_INPUT_PAUSE = Duration.ofMinutes(1);

  private final Chunk chunk;
  private final BatchLedger ledger;
  private final Instant since;
  private Tracked tracked;

  /** Since when no process can have been creating a batch, as far as this coordinator knows. */
  private @Nullable Instant quietSince;

  /** Since when the provider has not found the input file. */
  private @Nullable Instant inputMissingSince;

  private Duration inputPause = FIRST_INPUT_PAUSE;
  private Instant notBefore = Instant.MIN;
  private @Nullable String refusal;
  private boolean lostInput;

  /** Whether a batch of the chunk has passed validation. */
  private boolean accepted;

  /** Requests finished at the last poll. */
  private long handled;

  /** Requests answered at the last poll. */
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
    this.since = waitPolicy.waitStart(planned, launched);
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

  /** Returns whether it may have a batch that counts against the limits. */
  boolean isInFlight() {
    return state() == BatchEntry.State.SUBMITTING || state() == BatchEntry.State.SUBMITTED;
  }

  /** Since when it has been waiting for room. */
  Instant since() {
    return since;
  }

  /**
   * When a wait began, given its start by the ledger. A launch that stays with the batch restarts
   * the wait: otherwise running the same command again, as messages tell users to do, would not
   * help.
   */
  Instant waitedFor(long millis) {
    Instant began = Instant.ofEpochMilli(millis);
    return began.isAfter(since) ? began : since;
  }

  /**
   * Advances the chunk, unless another process has changed it; then it takes over the state from
   * the ledger.
   *
   * @return whether this call advanced it
   */
  boolean advance(BatchEntry to) throws IOException {
    var written = ledger.advance(tracked, to);
    take(written.isPresent() ? written.get() : load());
    return written.isPresent();
  }

  /** Reads the chunk's state from the ledger again. */
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

  /** Records that no process is creating a batch of it, as far as this coordinator knows. */
  void markQuiet(Instant now) {
    quietSince = now;
  }

  /**
   * Since when no process can have been creating a batch of it; from now on, if that was unknown.
   */
  Instant quietSince(Instant now) {
    if (quietSince == null) {
      quietSince = now;
    }
    return quietSince;
  }

  /** Returns whether it must pause because its input can't be found yet. */
  boolean isPausing(Instant now) {
    return now.isBefore(notBefore);
  }

  /** The provider's message when it last did not accept the chunk, or null. */
  @Nullable String refusal() {
    return refusal;
  }

  void refused(@Nullable String words) {
    refusal = words;
  }

  /** Returns whether the provider can't find its input. */
  boolean isInputMissing() {
    return inputMissingSince != null;
  }

  /**
   * Pauses because the provider can't find the input, longer each time.
   *
   * @return whether it has been missing for longer than the patience
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

  /** Gives its input up as lost: it must be uploaded again. */
  void loseInput(Instant now) throws IOException {
    inputFound();
    lostInput = true;
    advance(entry().withoutFile(now));
  }

  /** Returns whether its input was lost while this coordinator tracked it. */
  boolean hasLostInput() {
    return lostInput;
  }

  /**
   * Records how far its batch has come.
   *
   * @return whether it has made progress
   */
  boolean recordProgress(Batch batch) {
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

  /** Requests that have an answer, as far as is known. */
  long answered() {
    BatchEnd end = entry().end();
    if (end == null) {
      return answered;
    }
    if (end.answered() != null) {
      return Math.min(chunk.requests(), end.answered());
    }
    // Some providers report no counts, and their completed batches have all answers.
    boolean whole = end.status() == BatchStatus.COMPLETED && end.errors().isEmpty();
    return answered == 0 && whole ? chunk.requests() : answered;
  }
}
