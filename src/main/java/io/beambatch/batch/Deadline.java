package io.beambatch.batch;

import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.ProviderException;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cancels batches that have had their time, and those of a run that is cancelled; what was answered
 * is kept. One that doesn't end even so is said to be stuck.
 */
final class Deadline {
  private static final Logger LOG = LoggerFactory.getLogger(Deadline.class);

  private final CoordinatorSettings settings;
  private final BatchProvider provider;
  private final Clock clock;
  private final PollBackoff backoff;

  Deadline(CoordinatorSettings settings, BatchProvider provider, Clock clock, PollBackoff backoff) {
    this.settings = settings;
    this.provider = provider;
    this.clock = clock;
    this.backoff = backoff;
  }

  /** Sees to it that a batch that hasn't ended does so in time. */
  void enforce(TrackedChunk chunk, Batch batch, Snapshot snapshot) throws IOException {
    Instant now = snapshot.taken();
    boolean unwanted = snapshot.cancelled();
    // Not by the provider's time of creation: its clock, or ours, may be wrong.
    Instant submitted = Instant.ofEpochMilli(chunk.entry().since());
    if (!unwanted && now.isBefore(submitted.plus(settings.inference().poll().deadline()))) {
      return;
    }
    Long before = chunk.entry().times().cancelled();
    if (before == null) {
      logCancellation(batch, unwanted);
      if (!chunk.advance(chunk.entry().cancelled(clock.instant()))) {
        return;
      }
      backoff.changed(now);
      backoff.progressed(now);
    }
    if (batch.status() != BatchStatus.CANCELLING) {
      cancel(batch);
    }
    if (before != null && now.isAfter(chunk.waitedFor(before).plus(settings.cancelGrace()))) {
      chunk.stuck =
          "batch "
              + batch.id()
              + " was cancelled but is still "
              + batch.status().code()
              + " "
              + settings.cancelGrace()
              + " later; look at it at the provider, then run the same command again";
    }
  }

  private void logCancellation(Batch batch, boolean unwanted) {
    if (unwanted) {
      LOG.info("cancelling batch {}", batch.id());
    } else {
      LOG.warn(
          "batch {} is still {} after {} (poll.deadline): cancelling it; what was answered is kept",
          batch.id(),
          batch.status().code(),
          settings.inference().poll().deadline());
    }
  }

  private void cancel(Batch batch) {
    try {
      provider.cancel(batch.id());
    } catch (ProviderException e) {
      // It may have ended meanwhile; if not, it is tried again, but not for ever.
      LOG.warn("batch {} could not be cancelled yet: {}", batch.id(), e.getMessage());
    }
  }
}
