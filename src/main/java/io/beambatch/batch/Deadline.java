package io.beambatch.batch;

import io.beambatch.job.Poll;
import io.beambatch.ledger.BatchEnd;
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
 * Cancels batches that are past their deadline, and those of a cancelled run; answers that exist
 * are kept. A batch that doesn't end after that is given up, with the results that it shows by
 * then.
 */
final class Deadline {
  private static final Logger LOG = LoggerFactory.getLogger(Deadline.class);

  private final CoordinatorContext context;
  private final CoordinatorSettings settings;

  /**
   * Batches that the provider refused to cancel. The refusal is logged once, although every poll
   * asks again.
   */
  private final Set<String> refused = new HashSet<>();

  Deadline(CoordinatorContext context) {
    this.context = context;
    this.settings = context.settings();
  }

  /** Makes sure that a running batch ends in time. */
  void enforce(TrackedChunk chunk, Batch batch, Snapshot snapshot) throws IOException {
    Instant now = snapshot.taken();
    // Measured from our submission, not from the provider's time of creation: the clocks may
    // differ.
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
    // Recorded only after the provider received the call: the grace is the provider's time, and
    // after a crash before the call, or a failed call, it has not been asked yet.
    if (asked == null || begun) {
      chunk.advance(chunk.entry().cancelled(context.clock().instant()));
    } else if (now.isAfter(chunk.waitedFor(asked).plus(settings.waits().cancelGrace()))) {
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

  /** Asks the provider to cancel; returns whether it agreed. */
  private boolean cancel(Batch batch) {
    try {
      BatchStatus now = context.provider().cancel(batch.id()).status();
      return now == BatchStatus.CANCELLING || now.ended();
    } catch (ProviderException e) {
      // The batch may have ended meanwhile. If not, the call is repeated, but not for ever.
      if (refused.add(batch.id())) {
        LOG.warn(
            "batch {} could not be cancelled yet, trying again at each poll: {}",
            batch.id(),
            e.getMessage());
      }
      return false;
    }
  }

  private void giveUp(TrackedChunk chunk, Batch batch, Instant now) throws IOException {
    LOG.warn(
        "batch {} was cancelled but is still {} {} later: its present results are used. Check it"
            + " at the provider, which may charge for requests that it still answers",
        batch.id(),
        batch.status().code(),
        Poll.text(settings.waits().cancelGrace()));
    chunk.advance(chunk.entry().ended(BatchEnd.givenUp(batch), now));
  }
}
