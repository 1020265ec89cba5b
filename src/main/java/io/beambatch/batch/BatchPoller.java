package io.beambatch.batch;

import io.beambatch.ledger.BatchEntry.BatchEnd;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchError;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks how the batch of a submitted chunk stands, and writes down what has become of it: it has
 * ended, it was not taken and has to be tried again, or it has had its time ({@link Deadline}).
 */
final class BatchPoller {
  private static final Logger LOG = LoggerFactory.getLogger(BatchPoller.class);

  /** A batch that was created just now may not be found yet. */
  private static final Duration FIRST_SIGHT = Duration.ofMinutes(10);

  private final CoordinatorSettings settings;
  private final BatchProvider provider;
  private final Clock clock;
  private final Submitter submitter;
  private final Quota quota;
  private final InFlightCounter inFlight;
  private final PollBackoff backoff;
  private final Deadline deadline;

  BatchPoller(
      CoordinatorSettings settings,
      BatchProvider provider,
      Clock clock,
      Submitter submitter,
      Quota quota,
      InFlightCounter inFlight,
      PollBackoff backoff) {
    this.settings = settings;
    this.provider = provider;
    this.clock = clock;
    this.submitter = submitter;
    this.quota = quota;
    this.inFlight = inFlight;
    this.backoff = backoff;
    this.deadline = new Deadline(settings, provider, clock, backoff);
  }

  /**
   * Looks once. Waits that begin with what is seen begin when it is seen, and end by when the
   * snapshot was taken.
   *
   * @param reachable whether the provider may be asked for a batch that the list doesn't show
   * @throws BatchException if the account can't pay for it, or the provider doesn't know it
   * @throws ProviderException if the provider could not be asked
   */
  void poll(TrackedChunk chunk, Snapshot snapshot, boolean reachable)
      throws IOException, ProviderException {
    Instant now = snapshot.taken();
    Batch batch = snapshot.batches().byId(chunk.entry().batchId());
    if (batch == null && reachable) {
      batch = get(chunk, now);
    }
    if (batch == null) {
      return;
    }
    noteProgress(chunk, batch, now);
    if (!batch.status().ended()) {
      deadline.enforce(chunk, batch, snapshot);
      return;
    }
    BatchError money = BatchErrors.outOfFunds(batch);
    if (money != null) {
      chunk.advance(chunk.entry().putBack(now));
      throw new BatchException(
          Submitter.OUT_OF_MONEY
              + ", then run the same command again to go on (batch "
              + batch.id()
              + " failed: "
              + money.message()
              + ")",
          null);
    }
    if (BatchErrors.mayBeSentAgain(batch)) {
      putBack(chunk, batch, snapshot);
    } else if (EndedBatch.showsItsResults(batch) || isGivenUp(chunk, batch, now)) {
      finish(chunk, batch, now);
    }
  }

  /** A batch that the list doesn't show, or null if it can't be expected to be found yet. */
  private @Nullable Batch get(TrackedChunk chunk, Instant now) throws ProviderException {
    String batchId = chunk.entry().batchId();
    try {
      return provider.get(batchId);
    } catch (ProviderException e) {
      if (e.kind() != Kind.NOT_FOUND) {
        throw e;
      }
      if (now.isBefore(Instant.ofEpochMilli(chunk.entry().since()).plus(FIRST_SIGHT))) {
        LOG.info("batch {} can't be found yet: {}", batchId, e.getMessage());
        return null;
      }
      throw new BatchException(
          "the provider doesn't know batch "
              + batchId
              + ", which this run created; use the key of the project that it was created with ("
              + e.getMessage()
              + ")",
          e);
    }
  }

  private void noteProgress(TrackedChunk chunk, Batch batch, Instant now) {
    boolean accepted =
        batch.status() != BatchStatus.VALIDATING && batch.status() != BatchStatus.FAILED;
    long answered =
        Math.min(chunk.chunk().requests(), InFlightUsage.sum(batch.completed(), batch.failed()));
    if ((accepted && !chunk.accepted) || answered > chunk.answered) {
      backoff.progressed(now);
    }
    chunk.accepted |= accepted;
    chunk.answered = Math.max(chunk.answered, answered);
  }

  private void putBack(TrackedChunk chunk, Batch batch, Snapshot snapshot) throws IOException {
    Instant now = snapshot.taken();
    BatchError error = batch.errors().get(0);
    LOG.info("batch {} was not taken ({}): trying again later", batch.id(), error.code());
    if (BatchErrors.isTokenLimit(error)) {
      chunk.fileMissingSince = null;
      chunk.refusal = error.message();
      quota.refused(inFlight.besides(chunk, snapshot.batches()), clock.instant());
    } else {
      submitter.fileIsMissing(chunk, clock.instant(), error.message());
    }
    chunk.advance(chunk.entry().putBack(now));
    backoff.changed(now);
  }

  /** Whether the result files of a batch that is over have been waited for long enough. */
  private boolean isGivenUp(TrackedChunk chunk, Batch batch, Instant now) throws IOException {
    Long over = chunk.entry().times().over();
    if (over == null) {
      chunk.advance(chunk.entry().over(clock.instant()));
      return false;
    }
    if (now.isBefore(chunk.waitedFor(over).plus(settings.resultGrace()))) {
      return false;
    }
    LOG.warn(
        "batch {} is {} but has shown no complete result files for {} (poll.grace); going on with"
            + " what is there",
        batch.id(),
        batch.status().code(),
        settings.resultGrace());
    return true;
  }

  private void finish(TrackedChunk chunk, Batch batch, Instant now) throws IOException {
    LOG.info(
        "batch {} ({}) ended: {}, {} of {} requests answered",
        batch.id(),
        chunk.chunk().id(),
        batch.status().code(),
        batch.completed(),
        chunk.chunk().requests());
    if (batch.status() != BatchStatus.FAILED) {
      quota.freed(InFlightUsage.of(chunk.chunk()));
    }
    backoff.changed(now);
    backoff.progressed(now);
    BatchEnd end =
        new BatchEnd(batch.status(), batch.outputFileId(), batch.errorFileId(), batch.errors());
    chunk.advance(chunk.entry().ended(end, now));
  }
}
