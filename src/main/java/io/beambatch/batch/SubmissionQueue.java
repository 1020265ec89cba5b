package io.beambatch.batch;

import io.beambatch.batch.Submitter.Outcome;
import io.beambatch.ledger.BatchEntry.State;
import io.beambatch.ledger.BatchLedger;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The chunks that have no batch yet: lets one after the other go to the {@link Submitter} as there
 * is room for it, and says for which there never is.
 */
final class SubmissionQueue {
  /** After so long creating batches, it is time to look how the others stand. */
  private static final Duration CREATING_AT_ONCE = Duration.ofMinutes(1);

  private final CoordinatorSettings settings;
  private final BatchLedger ledger;
  private final Clock clock;
  private final TrackedChunks chunks;
  private final Submitter submitter;
  private final Quota quota;
  private final InFlightCounter inFlight;
  private final PollBackoff backoff;
  private final ChunkFailures failures;

  SubmissionQueue(
      CoordinatorSettings settings,
      BatchLedger ledger,
      Clock clock,
      TrackedChunks chunks,
      Submitter submitter,
      Quota quota,
      InFlightCounter inFlight,
      PollBackoff backoff,
      ChunkFailures failures) {
    this.settings = settings;
    this.ledger = ledger;
    this.clock = clock;
    this.chunks = chunks;
    this.submitter = submitter;
    this.quota = quota;
    this.inFlight = inFlight;
    this.backoff = backoff;
    this.failures = failures;
  }

  /** Takes note of what has become of a submission. */
  void note(Outcome outcome, TrackedChunk chunk, Snapshot snapshot) {
    if (outcome == Outcome.SUBMITTED) {
      backoff.changed(snapshot.taken());
    } else if (outcome == Outcome.NO_ROOM) {
      quota.refused(inFlight.besides(chunk, snapshot.batches()), clock.instant());
    }
  }

  /**
   * Submits the planned ones, oldest first; a smaller one may pass, but not for ever. Of a run that
   * has been cancelled meanwhile, none is.
   */
  void submitPlanned(Snapshot snapshot) throws IOException {
    Instant now = snapshot.taken();
    List<TrackedChunk> planned = chunks.in(State.PLANNED);
    if (snapshot.cancelled() || (!planned.isEmpty() && ledger.isCancelled())) {
      return;
    }
    InFlightUsage others =
        planned.isEmpty() ? InFlightUsage.NONE : inFlight.others(snapshot.batches());
    for (TrackedChunk chunk : planned) {
      Instant current = clock.instant();
      if (Thread.currentThread().isInterrupted() || current.isAfter(now.plus(CREATING_AT_ONCE))) {
        break;
      }
      if (!isSubmittable(chunk) || current.isBefore(chunk.notBefore)) {
        continue;
      }
      InFlightUsage besides = inFlight.ours(chunk).plus(others);
      if (quota.allows(InFlightUsage.of(chunk.chunk()), besides, current)) {
        submit(chunk, snapshot);
      } else if (current.isAfter(chunk.since.plus(settings.inference().poll().deadline()))) {
        break;
      }
    }
    for (TrackedChunk chunk : chunks.all()) {
      requirePatience(chunk, now);
    }
  }

  private void submit(TrackedChunk chunk, Snapshot snapshot) throws IOException {
    try {
      note(submitter.submit(chunk, snapshot.batches()), chunk, snapshot);
    } catch (ChunkException e) {
      failures.record(e);
    }
  }

  private boolean isSubmittable(TrackedChunk chunk) {
    if (chunk.entry().fileId() == null) {
      failures.record(
          new ChunkException(
              "the input of chunk "
                  + chunk.chunk().id()
                  + " could not be found at the provider any more; run the same command again to upload"
                  + " it anew",
              null));
      return false;
    }
    if (!quota.canEverAllow(InFlightUsage.of(chunk.chunk()))) {
      failures.record(
          new ChunkException(
              "chunk "
                  + chunk.chunk().id()
                  + " ("
                  + chunk.chunk().tokens()
                  + " tokens, "
                  + chunk.chunk().requests()
                  + " requests) is over limits.enqueued_tokens or limits.enqueued_requests, so that it"
                  + " can never be submitted; raise them, and run the same command again",
              null));
      return false;
    }
    return true;
  }

  /**
   * A chunk may wait for its turn as long as batches of the run get on; but not for batches of
   * others, or for a provider that takes none, without end.
   */
  private void requirePatience(TrackedChunk chunk, Instant now) {
    if (chunk.entry().batchId() != null) {
      return;
    }
    Instant since =
        chunk.since.isAfter(backoff.lastProgress()) ? chunk.since : backoff.lastProgress();
    // However short the deadline is, an outage is borne.
    Duration patience = settings.inference().poll().deadline().plus(settings.outage());
    if (now.isAfter(since.plus(patience))) {
      failures.record(
          new ChunkException(
              "chunk "
                  + chunk.chunk().id()
                  + " could not be submitted, and none of the run's batches has got on since "
                  + since
                  + ": the provider, limits.enqueued_tokens, or the batches of other runs leave no room"
                  + " for its "
                  + chunk.chunk().tokens()
                  + " tokens; run the same command again to go on"
                  + (chunk.refusal == null ? "" : " (the provider said: " + chunk.refusal + ")"),
              null));
    }
  }
}
