package io.beambatch.batch;

import io.beambatch.job.Poll;
import io.beambatch.ledger.BatchEnd;
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
 * Polls the batch of a submitted chunk, and records the result in the ledger: it has ended, it was
 * not accepted and must be tried again, it is past its deadline ({@link Deadline}), or it is gone
 * ({@link VanishedBatches}).
 */
final class BatchPoller {
  private static final Logger LOG = LoggerFactory.getLogger(BatchPoller.class);

  private final CoordinatorContext context;
  private final Submitter submitter;
  private final SubmissionQueue queue;
  private final Quota quota;
  private final BatchMark marks;
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
    this.marks = marks;
    this.deadline = new Deadline(context);
    this.unpaid = new UnpaidBatches(context);
    this.vanished = new VanishedBatches(context, marks);
  }

  UnpaidBatches unpaid() {
    return unpaid;
  }

  /**
   * Polls once. A wait that an observation starts begins when it is observed, and is measured up to
   * the time of the snapshot.
   *
   * @param reachable whether the provider may be asked for a batch that is not in the list
   * @throws BatchException if the account has no credit for it
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
    // Where batches carry no mark, this one proves the run's project for others that are unknown.
    marks.of(chunk);
    if (chunk.entry().times().vanished() != null && !chunk.advance(chunk.entry().found())) {
      return;
    }
    if (chunk.recordProgress(batch)) {
      queue.progressed(snapshot.taken());
    }
    if (batch.status().ended()) {
      ended(chunk, batch, snapshot);
    } else {
      deadline.enforce(chunk, batch, snapshot);
    }
  }

  /** A batch that is not in the list, or null if the provider doesn't know it. */
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
   * Stops if the account had no credit for any request of a batch: nothing was answered, and all of
   * it is sent again once there is credit.
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
    LOG.info("batch {} was not accepted ({}): trying again later", batch.id(), error.code());
    if (!chunk.advance(chunk.entry().putBack(snapshot.taken()))) {
      return;
    }
    chunk.refused(error.message());
    if (error.kind() == BatchError.Kind.NO_ROOM) {
      submitter.hasNoRoom(chunk, snapshot.batches());
    } else {
      submitter.inputIsMissing(chunk, error.message());
    }
  }

  /** Returns whether the wait for the result files of a finished batch is over. */
  private boolean isGivenUp(TrackedChunk chunk, Batch batch, Instant now) throws IOException {
    Long over = chunk.entry().times().over();
    if (over == null) {
      chunk.advance(chunk.entry().over(context.clock().instant()));
      return false;
    }
    if (now.isBefore(chunk.waitedFor(over).plus(context.settings().waits().resultGrace()))) {
      return false;
    }
    LOG.warn(
        "batch {} is {} but has had no complete result files for {} (poll.grace); continuing"
            + " with what exists",
        batch.id(),
        batch.status().code(),
        Poll.text(context.settings().waits().resultGrace()));
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
