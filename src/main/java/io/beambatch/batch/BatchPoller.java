package io.beambatch.batch;

import io.beambatch.job.Poll;
import io.beambatch.ledger.BatchEntry.BatchEnd;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchError;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.ResultLine;
import io.beambatch.provider.SafeText;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks how the batch of a submitted chunk stands, and writes down what has become of it: it has
 * ended, it was not taken and has to be tried again, it has had its time ({@link Deadline}), or it
 * is gone ({@link VanishedBatches}).
 */
final class BatchPoller {
  private static final Logger LOG = LoggerFactory.getLogger(BatchPoller.class);

  private final CoordinatorContext context;
  private final Submitter submitter;
  private final SubmissionQueue queue;
  private final Quota quota;
  private final Deadline deadline;
  private final VanishedBatches vanished;
  private final UnpaidBatches unpaid;

  BatchPoller(
      CoordinatorContext context,
      Submitter submitter,
      SubmissionQueue queue,
      Quota quota,
      BatchMark marks) {
    this.context = context;
    this.submitter = submitter;
    this.queue = queue;
    this.quota = quota;
    this.deadline = new Deadline(context);
    this.unpaid = new UnpaidBatches(context);
    this.vanished = new VanishedBatches(context, marks);
  }

  UnpaidBatches unpaid() {
    return unpaid;
  }

  /**
   * Looks once. Waits that begin with what is seen begin when it is seen, and end by when the
   * snapshot was taken.
   *
   * @param reachable whether the provider may be asked for a batch that the list doesn't show
   * @throws BatchException if the account can't pay for it
   * @throws BatchException.OfOneChunk if the provider knows nothing of the run
   * @throws ProviderException if the provider could not be asked
   */
  void poll(TrackedChunk chunk, Snapshot snapshot, boolean reachable)
      throws IOException, ProviderException {
    Batch batch = snapshot.batches().byId(Objects.requireNonNull(chunk.entry().batchId()));
    if (batch == null && reachable) {
      batch = get(chunk, snapshot);
    }
    if (batch == null) {
      return;
    }
    if (chunk.entry().times().vanished() != null && !chunk.advance(chunk.entry().found())) {
      return;
    }
    if (chunk.noteProgress(batch)) {
      queue.progressed(snapshot.taken());
    }
    if (batch.status().ended()) {
      ended(chunk, batch, snapshot);
    } else {
      deadline.enforce(chunk, batch, snapshot);
    }
  }

  /** A batch that the list doesn't show, or null if the provider doesn't know it. */
  private @Nullable Batch get(TrackedChunk chunk, Snapshot snapshot)
      throws IOException, ProviderException {
    try {
      return context.provider().get(Objects.requireNonNull(chunk.entry().batchId()));
    } catch (ProviderException e) {
      if (e.kind() != Kind.NOT_FOUND) {
        throw e;
      }
      vanished.handle(chunk, e, snapshot);
      return null;
    }
  }

  /**
   * Stops where the account could pay for no request of a batch: nothing was answered, and all of
   * it is sent again when the account can pay.
   */
  private void checkFunds(TrackedChunk chunk, Batch batch, Instant now)
      throws IOException, ProviderException {
    ResultLine why = unpaid.why(batch);
    if (why != null) {
      chunk.advance(chunk.entry().putBack(now));
      throw ProviderHealth.outOfFunds(
          batch.id(), SafeText.line(String.valueOf(why.errorMessage())));
    }
  }

  private void ended(TrackedChunk chunk, Batch batch, Snapshot snapshot)
      throws IOException, ProviderException {
    Instant now = snapshot.taken();
    BatchError money = batch.outOfFunds();
    if (money != null) {
      chunk.advance(chunk.entry().putBack(now));
      throw ProviderHealth.outOfFunds(batch.id(), money.message());
    }
    checkFunds(chunk, batch, now);
    if (batch.mayBeSentAgain() && !batch.hasResults()) {
      putBack(chunk, batch, snapshot);
    } else if (batch.hasAllResults() || isGivenUp(chunk, batch, now)) {
      finish(chunk, batch, now);
    }
  }

  private void putBack(TrackedChunk chunk, Batch batch, Snapshot snapshot) throws IOException {
    BatchError error = batch.errors().get(0);
    LOG.info("batch {} was not taken ({}): trying again later", batch.id(), error.code());
    if (!chunk.advance(chunk.entry().putBack(snapshot.taken()))) {
      return;
    }
    if (error.kind() == BatchError.Kind.NO_ROOM) {
      chunk.refused(error.message());
      submitter.hasNoRoom(chunk, snapshot.batches());
    } else {
      submitter.inputIsMissing(chunk, error.message());
    }
  }

  /** Whether the result files of a batch that is over have been waited for long enough. */
  private boolean isGivenUp(TrackedChunk chunk, Batch batch, Instant now) throws IOException {
    Long over = chunk.entry().times().over();
    if (over == null) {
      chunk.advance(chunk.entry().over(context.clock().instant()));
      return false;
    }
    if (now.isBefore(chunk.waitedFor(over).plus(context.settings().resultGrace()))) {
      return false;
    }
    LOG.warn(
        "batch {} is {} but has shown no complete result files for {} (poll.grace); going on with"
            + " what is there",
        batch.id(),
        batch.status().code(),
        Poll.text(context.settings().resultGrace()));
    return true;
  }

  private void finish(TrackedChunk chunk, Batch batch, Instant now) throws IOException {
    LOG.info(
        "batch {} ({}) ended: {}, {} of {} requests answered",
        batch.id(),
        chunk.id(),
        batch.status().code(),
        batch.completed(),
        chunk.chunk().requests());
    if (batch.status() != BatchStatus.FAILED) {
      quota.freed(InFlightUsage.of(chunk.chunk()));
    }
    queue.progressed(now);
    Instant submitted = Instant.ofEpochMilli(chunk.entry().since());
    if (chunk.advance(chunk.entry().ended(BatchEnd.of(batch), now))) {
      context.events().ended(batch.status(), Duration.between(submitted, now));
    }
  }
}
