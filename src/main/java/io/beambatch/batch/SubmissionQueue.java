package io.beambatch.batch;

import io.beambatch.batch.Admission.Action;
import io.beambatch.batch.Admission.Decision;
import io.beambatch.ledger.BatchEnd;
import io.beambatch.ledger.BatchEntry.State;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.provider.BatchError;
import io.beambatch.provider.BatchStatus;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The chunks that have no batch yet: lets one after the other go to the {@link Submitter} as there
 * is room for it, has lost inputs uploaded again, and leaves chunks for which there is never room.
 */
final class SubmissionQueue {
  private static final Logger LOG = LoggerFactory.getLogger(SubmissionQueue.class);

  /** After so long creating batches, it is time to look how the others stand. */
  private static final Duration CREATING_AT_ONCE = Duration.ofMinutes(1);

  /** How often an input is uploaded, all in all, before it is given up. */
  private static final int MOST_UPLOADS = 3;

  private final CoordinatorContext context;
  private final TrackedChunks chunks;
  private final Submitter submitter;
  private final ChunkUploader uploader;
  private final Quota quota;

  /** Chunks that others need not wait for any longer, by id. */
  private final Set<String> over = new HashSet<>();

  /** Chunks that were not admitted by the last look, and may be by a later one; by id. */
  private final Map<String, Decision> held = new HashMap<>();

  /** When a batch of ours last got further; a creation alone may be refused again. */
  private Instant lastProgress;

  SubmissionQueue(
      CoordinatorContext context,
      TrackedChunks chunks,
      Submitter submitter,
      ChunkUploader uploader,
      Quota quota) {
    this.context = context;
    this.chunks = chunks;
    this.submitter = submitter;
    this.uploader = uploader;
    this.quota = quota;
    this.lastProgress =
        context.settings().waitPolicy().waitStart(Instant.EPOCH, context.clock().instant());
  }

  /** Records that a batch of the run has advanced: waiting chunks can expect their turn. */
  void progressed(Instant when) {
    lastProgress = when.isAfter(lastProgress) ? when : lastProgress;
  }

  /**
   * Submits planned chunks, oldest first. A smaller chunk may overtake a larger one, but only for a
   * limited time. Nothing is submitted once the run is cancelled.
   */
  void submitPlanned(Snapshot snapshot) throws IOException {
    Instant now = snapshot.taken();
    List<TrackedChunk> planned = chunks.in(State.PLANNED);
    held.clear();
    if (planned.isEmpty() || snapshot.cancelled()) {
      return;
    }
    // A running sum: adding up anew for each chunk would take quadratic time.
    InFlightUsage besides =
        chunks.inFlight().plus(chunks.inFlightOfOthers(snapshot.batches(), context));
    Admission.Decider admission = context.settings().admission().decider();
    for (TrackedChunk chunk : planned) {
      Instant current = context.clock().instant();
      if (Thread.currentThread().isInterrupted() || current.isAfter(now.plus(CREATING_AT_ONCE))) {
        break;
      }
      try {
        if (!isSubmittable(chunk) || chunk.isPausing(current) || isToFollow(chunk)) {
          continue;
        }
        if (quota.allows(InFlightUsage.of(chunk.chunk()), besides, current)) {
          // Creating batches takes time; a cancellation in between prevents the next one.
          if (context.ledger().isCancelled()) {
            return;
          }
          Decision decision = admission.decide(chunk.chunk());
          if (decision.action() == Action.ADMIT) {
            submitter.submit(chunk, snapshot);
          } else if (decision.provisional()) {
            held.put(chunk.id(), decision);
          } else {
            turnAway(chunk, decision);
          }
        } else if (current.isAfter(chunk.since().plus(deadline()))) {
          break;
        }
      } catch (BatchException.OfOneChunk e) {
        chunks.setAside(chunk, e, now);
      } finally {
        if (chunk.isInFlight()) {
          besides = besides.plus(InFlightUsage.of(chunk.chunk()));
        }
      }
    }
  }

  /**
   * Submits a chunk again whose submission created no batch, if it is still admitted.
   *
   * @throws BatchException.OfOneChunk if it is not, or if the provider refuses the creation itself
   */
  void submitAgain(TrackedChunk chunk, Snapshot snapshot) throws IOException {
    Decision decision = context.settings().admission().decider().decideAgain(chunk.chunk());
    if (decision.action() == Action.ADMIT) {
      submitter.submitAgain(chunk, snapshot);
    } else {
      turnAway(chunk, decision);
    }
  }

  /** Returns whether all remaining chunks wait for the join of others before they are admitted. */
  boolean isHeld() {
    return !held.isEmpty() && !chunks.any(chunk -> !held.containsKey(chunk.id()));
  }

  /** Makes the decisions about these chunks final, because this launch joins no others. */
  void turnAwayHeld() throws IOException {
    Instant now = context.clock().instant();
    for (TrackedChunk chunk : chunks.in(State.PLANNED)) {
      Decision decision = held.remove(chunk.id());
      if (decision != null) {
        try {
          turnAway(chunk, decision);
        } catch (BatchException.OfOneChunk e) {
          chunks.setAside(chunk, e, now);
        }
      }
    }
  }

  /**
   * Ends a chunk that is not admitted without a batch.
   *
   * @throws BatchException.OfOneChunk if it is set aside instead
   */
  private void turnAway(TrackedChunk chunk, Decision decision) throws IOException {
    String reason = String.valueOf(decision.reason());
    if (decision.action() == Action.SET_ASIDE) {
      throw BatchException.OfOneChunk.overBudget(reason);
    }
    LOG.warn("the documents of chunk {} are not sent: {}", chunk.id(), reason);
    BatchError why = new BatchError(BatchEnd.OVER_BUDGET, reason, null, null);
    chunk.advance(
        chunk
            .entry()
            .ended(
                BatchEnd.withoutResults(BatchStatus.CANCELLED, List.of(why)),
                context.clock().instant()));
  }

  /** Whether a chunk waits for the end of another's batch, which has come to no halt. */
  private boolean isToFollow(TrackedChunk chunk) throws IOException {
    String after = chunk.chunk().after();
    if (after == null || over.contains(after)) {
      return false;
    }
    Optional<BatchLedger.Tracked> first = context.ledger().read(after);
    boolean isOver =
        first.isPresent()
            && (first.get().entry().state() == State.ENDED
                || first.get().entry().problem() != null);
    if (isOver) {
      over.add(after);
    }
    return !isOver;
  }

  /**
   * Whether a chunk has all that it takes.
   *
   * @throws BatchException.OfOneChunk if it never will
   */
  private boolean isSubmittable(TrackedChunk chunk) throws IOException {
    if (!quota.canEverAllow(InFlightUsage.of(chunk.chunk()))) {
      throw new BatchException.OfOneChunk(
          "chunk "
              + chunk.id()
              + " ("
              + chunk.chunk().tokens()
              + " tokens, "
              + chunk.chunk().requests()
              + " requests) exceeds limits.enqueued_tokens or limits.enqueued_requests, so it"
              + " can never be submitted; raise them, and run the same command again",
          null);
    }
    if (uploader.isNeeded(chunk.entry())) {
      uploadAgain(chunk);
    }
    return chunk.state() == State.PLANNED && !uploader.isNeeded(chunk.entry());
  }

  private void uploadAgain(TrackedChunk chunk) throws IOException {
    if (chunk.hasLostInput() && chunk.entry().lostInputs() % MOST_UPLOADS == 0) {
      throw new BatchException.OfOneChunk(
          "the input of chunk "
              + chunk.id()
              + " was uploaded "
              + MOST_UPLOADS
              + " times, but can't be found at the provider; run the same command again to upload"
              + " it again ("
              + chunk.refusal()
              + ")",
          null);
    }
    uploader.upload(chunk.chunk());
    chunk.reload();
  }

  /**
   * Sets chunks aside that have waited for too long. A chunk may wait for its turn as long as
   * batches of the run advance, but not without end for batches of others, or for a provider that
   * accepts none.
   */
  void setAsideOverdue(Instant now) throws IOException {
    // However short the deadline is, an outage is waited out.
    Duration patience = deadline().plus(context.settings().waits().outage());
    for (TrackedChunk chunk : chunks.all()) {
      Instant since = chunk.since().isAfter(lastProgress) ? chunk.since() : lastProgress;
      // One that is submitting is not waiting: what became of its batch is found out in any case.
      if (chunk.state() != State.PLANNED || !now.isAfter(since.plus(patience))) {
        continue;
      }
      chunks.setAside(
          chunk,
          new BatchException.OfOneChunk(
              "chunk "
                  + chunk.id()
                  + " could not be submitted, and none of the run's batches has advanced since "
                  + since
                  + ": the provider, limits.enqueued_tokens, or the batches of other runs leave no"
                  + " room for its "
                  + chunk.chunk().tokens()
                  + " tokens; run the same command again to resume"
                  + (chunk.refusal() == null
                      ? ""
                      : " (the provider said: " + chunk.refusal() + ")"),
              null),
          now);
    }
  }

  private Duration deadline() {
    return context.settings().inference().poll().deadline();
  }
}
