package io.beambatch.batch;

import io.beambatch.batch.Submitter.Outcome;
import io.beambatch.ledger.BatchEntry.State;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The chunks that have no batch yet: lets one after the other go to the {@link Submitter} as there
 * is room for it, has lost inputs uploaded again, and leaves chunks for which there is never room.
 */
final class SubmissionQueue {
  /** After so long creating batches, it is time to look how the others stand. */
  private static final Duration CREATING_AT_ONCE = Duration.ofMinutes(1);

  /** How often an input is uploaded, all in all, before it is given up. */
  private static final int MOST_UPLOADS = 3;

  private final CoordinatorContext context;
  private final TrackedChunks chunks;
  private final Submitter submitter;
  private final ChunkUploader uploader;
  private final Quota quota;

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
        context.settings().waitPolicy().beginningOfWait(Instant.EPOCH, context.clock().instant());
  }

  /** A batch of ours has got further, so that it is of use to wait for one's turn. */
  void progressed(Instant when) {
    lastProgress = when.isAfter(lastProgress) ? when : lastProgress;
  }

  /** The provider had no room for a chunk. */
  void refused(TrackedChunk chunk, BatchListing batches) {
    quota.refused(chunks.inFlightBesides(chunk), usageOfOthers(batches), context.clock().instant());
  }

  /**
   * Submits the planned ones, oldest first; a smaller one may pass, but not for ever. Of a run that
   * has been cancelled meanwhile, none is.
   *
   * @return whether a batch was created
   */
  boolean submitPlanned(Snapshot snapshot) throws IOException {
    Instant now = snapshot.taken();
    List<TrackedChunk> planned = chunks.in(State.PLANNED);
    if (planned.isEmpty() || snapshot.cancelled() || context.ledger().isCancelled()) {
      return false;
    }
    boolean created = false;
    InFlightUsage others = usageOfOthers(snapshot.batches());
    for (TrackedChunk chunk : planned) {
      Instant current = context.clock().instant();
      if (Thread.currentThread().isInterrupted() || current.isAfter(now.plus(CREATING_AT_ONCE))) {
        break;
      }
      try {
        if (!isSubmittable(chunk) || chunk.isPausing(current)) {
          continue;
        }
        InFlightUsage besides = chunks.inFlightBesides(chunk).plus(others);
        if (quota.allows(InFlightUsage.of(chunk.chunk()), besides, current)) {
          created |= submit(chunk, snapshot.batches());
        } else if (current.isAfter(chunk.since().plus(deadline()))) {
          break;
        }
      } catch (BatchException.OfOneChunk e) {
        chunks.leave(chunk, e);
      }
    }
    return created;
  }

  private boolean submit(TrackedChunk chunk, BatchListing batches) throws IOException {
    Outcome outcome = submitter.submit(chunk, batches);
    if (outcome == Outcome.NO_ROOM) {
      refused(chunk, batches);
    }
    return outcome == Outcome.SUBMITTED;
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
              + " requests) is over limits.enqueued_tokens or limits.enqueued_requests, so that it"
              + " can never be submitted; raise them, and run the same command again",
          null);
    }
    if (chunk.entry().fileId() == null) {
      uploadAgain(chunk);
    }
    return chunk.state() == State.PLANNED && chunk.entry().fileId() != null;
  }

  private void uploadAgain(TrackedChunk chunk) throws IOException {
    if (chunk.hasLostInput() && chunk.entry().lostInputs() % MOST_UPLOADS == 0) {
      throw new BatchException.OfOneChunk(
          "the input of chunk "
              + chunk.id()
              + " was uploaded "
              + MOST_UPLOADS
              + " times, but can't be found at the provider; run the same command again to upload"
              + " it anew ("
              + chunk.refusal()
              + ")",
          null);
    }
    uploader.upload(chunk.chunk());
    chunk.reload();
  }

  /**
   * Leaves chunks that have waited for too long. A chunk may wait for its turn as long as batches
   * of the run get on; but not for batches of others, or for a provider that takes none, without
   * end.
   */
  void leaveOverdue(Instant now) throws IOException {
    // However short the deadline is, an outage is waited out.
    Duration patience = deadline().plus(context.settings().outage());
    for (TrackedChunk chunk : chunks.all()) {
      Instant since = chunk.since().isAfter(lastProgress) ? chunk.since() : lastProgress;
      if (chunk.entry().batchId() != null
          || chunk.state() == State.ENDED
          || !now.isAfter(since.plus(patience))) {
        continue;
      }
      chunks.leave(
          chunk,
          new BatchException.OfOneChunk(
              "chunk "
                  + chunk.id()
                  + " could not be submitted, and none of the run's batches has got on since "
                  + since
                  + ": the provider, limits.enqueued_tokens, or the batches of other runs leave no"
                  + " room for its "
                  + chunk.chunk().tokens()
                  + " tokens; run the same command again to go on"
                  + (chunk.refusal() == null
                      ? ""
                      : " (the provider said: " + chunk.refusal() + ")"),
              null));
    }
  }

  private Duration deadline() {
    return context.settings().inference().poll().deadline();
  }

  private InFlightUsage usageOfOthers(BatchListing batches) {
    Set<String> ours =
        chunks.stream()
            .filter(TrackedChunk::isInFlight)
            .map(chunk -> context.settings().run().key(chunk.id()))
            .collect(Collectors.toSet());
    return InFlightUsage.ofOthers(
        batches, ours, context.settings().inference().request(), context.clock().instant());
  }
}
