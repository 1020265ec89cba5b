package io.beambatch.batch;

import io.beambatch.job.Poll;
import io.beambatch.ledger.BatchEntry.BatchEnd;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.ProviderException;
import java.io.IOException;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cancels batches that have had their time, and those of a run that is cancelled; what was answered
 * is kept. One that doesn't end even so is given up, with what it shows by then.
 */
final class Deadline {
  private static final Logger LOG = LoggerFactory.getLogger(Deadline.class);

  private final CoordinatorContext context;
  private final CoordinatorSettings settings;

  /** Batches that the provider has refused to cancel; said once, as each look asks again. */
  private final Set<String> refused = new HashSet<>();

  Deadline(CoordinatorContext context) {
    this.context = context;
    this.settings = context.settings();
  }

  /** Sees to it that a batch that hasn't ended does so in time. */
  void enforce(TrackedChunk chunk, Batch batch, Snapshot snapshot) throws IOException {
    Instant now = snapshot.taken();
    // Not by the provider's time of creation: its clock, or ours, may be wrong.
    Instant submitted = Instant.ofEpochMilli(chunk.entry().since());
    if (!snapshot.cancelled()
        && now.isBefore(submitted.plus(settings.inference().poll().deadline()))) {
      return;
    }
    Long asked = chunk.entry().times().cancelled();
    if (asked == null) {
      log(batch, snapshot.cancelled());
    }
    boolean begun = batch.status() != BatchStatus.CANCELLING && cancel(batch);
    // Noted only after a call that was heard: the grace is for the provider, and neither a crash
    // before the call nor calls that failed have asked it yet.
    if (asked == null || begun) {
      chunk.advance(chunk.entry().cancelled(context.clock().instant()));
    } else if (now.isAfter(chunk.waitedFor(asked).plus(settings.cancelGrace()))) {
      giveUp(chunk, batch, now);
    }
  }

  private void log(Batch batch, boolean cancelled) {
    if (cancelled) {
      LOG.info("cancelling batch {}", batch.id());
    } else {
      LOG.warn(
          "batch {} is still {} after {} (poll.deadline): cancelling it; what was answered is kept",
          batch.id(),
          batch.status().code(),
          Poll.text(settings.inference().poll().deadline()));
    }
  }

  /** Asks the provider to cancel; returns whether it says that it does. */
  private boolean cancel(Batch batch) {
    try {
      BatchStatus now = context.provider().cancel(batch.id()).status();
      return now == BatchStatus.CANCELLING || now.ended();
    } catch (ProviderException e) {
      // It may have ended meanwhile; if not, it is tried again, but not for ever.
      if (refused.add(batch.id())) {
        LOG.warn(
            "batch {} could not be cancelled yet, trying again at each look: {}",
            batch.id(),
            e.getMessage());
      }
      return false;
    }
  }

  private void giveUp(TrackedChunk chunk, Batch batch, Instant now) throws IOException {
    LOG.warn(
        "batch {} was to be cancelled but is still {} {} later: going on with what it shows; look"
            + " at it at the provider, which may charge for what it still answers",
        batch.id(),
        batch.status().code(),
        Poll.text(settings.cancelGrace()));
    BatchEnd end = BatchEnd.of(batch).as(BatchStatus.CANCELLED);
    chunk.advance(chunk.entry().ended(end, now));
  }
}
