package io.beambatch.batch;

import io.beambatch.job.Poll;
import io.beambatch.ledger.BatchEnd;
import io.beambatch.provider.BatchError;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.ProviderException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives an end to chunks whose batch the provider no longer knows. At first it waits: a new batch
 * may take a while to appear. Then the batch's documents count as missing, and are sent again if
 * attempts are left.
 *
 * <p>With the key of another project, no batch of the run is known, and sending again would pay
 * twice. It therefore requires proof that the key is the right one: another batch of the run, or an
 * input file of it. Without proof the user is told, and the documents fail only after the batch's
 * deadline.
 */
final class VanishedBatches {
  private static final Logger LOG = LoggerFactory.getLogger(VanishedBatches.class);

  private final CoordinatorContext context;
  private final CoordinatorSettings settings;
  private final BatchMark marks;

  VanishedBatches(CoordinatorContext context, BatchMark marks) {
    this.context = context;
    this.settings = context.settings();
    this.marks = marks;
  }

  /**
   * Handles a chunk whose batch the provider doesn't know.
   *
   * @param unknown the provider's reply
   * @throws BatchException.OfOneChunk if the key may belong to another project
   */
  void handle(TrackedChunk chunk, ProviderException unknown, Snapshot snapshot)
      throws IOException, ProviderException {
    Long since = chunk.entry().times().vanished();
    if (since == null) {
      LOG.warn(
          "the provider doesn't know batch {} of chunk {}; it is looked for during {} (poll.grace): {}",
          chunk.entry().batchId(),
          chunk.id(),
          Poll.text(grace()),
          unknown.getMessage());
      chunk.advance(chunk.entry().vanished(context.clock().instant()));
      return;
    }
    if (snapshot.taken().isBefore(chunk.waitedFor(since).plus(grace()))) {
      return;
    }
    if (snapshot.cancelled()) {
      end(chunk, BatchStatus.CANCELLED, List.of(), snapshot.taken());
    } else if (isOurProject(snapshot)) {
      end(chunk, BatchStatus.COMPLETED, errors(BatchEnd.VANISHED, unknown), snapshot.taken());
    } else if (snapshot.taken().isAfter(submitted(chunk).plus(deadline()))) {
      end(chunk, BatchStatus.COMPLETED, errors(BatchEnd.UNKNOWN, unknown), snapshot.taken());
    } else {
      throw new BatchException.OfOneChunk(
          "the provider doesn't know batch "
              + chunk.entry().batchId()
              + ", which this run created, nor anything else of the run; use the key of the project"
              + " that it was created with, and run the same command again ("
              + unknown.getMessage()
              + ")",
          unknown);
    }
  }

  private void end(TrackedChunk chunk, BatchStatus status, List<BatchError> errors, Instant now)
      throws IOException {
    LOG.warn(
        "batch {} of chunk {} is no longer known to the provider: continuing without its answers",
        chunk.entry().batchId(),
        chunk.id());
    chunk.advance(chunk.entry().ended(BatchEnd.withoutResults(status, errors), now));
  }

  private static List<BatchError> errors(String code, ProviderException unknown) {
    return List.of(new BatchError(code, String.valueOf(unknown.getMessage()), null, null));
  }

  private boolean isOurProject(Snapshot snapshot) throws ProviderException {
    return snapshot.batches().all().stream().anyMatch(batch -> marks.chunkOf(batch).isPresent())
        || new OrphanInputFiles(settings.run(), context.provider(), context.ledger()).isAnyThere();
  }

  /** At least as long as the provider may take to show a new batch. */
  private Duration grace() {
    Duration settle = settings.settle(context.provider().capabilities());
    return settings.waits().resultGrace().compareTo(settle) < 0
        ? settle
        : settings.waits().resultGrace();
  }

  private Duration deadline() {
    return settings.inference().poll().deadline();
  }

  private static Instant submitted(TrackedChunk chunk) {
    return Instant.ofEpochMilli(chunk.entry().since());
  }
}
