package io.beambatch.batch;

import io.beambatch.ledger.BatchEntry.State;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.stream.Collectors;

/** Adds up what is under way at the provider: of these chunks, and of everybody else. */
final class InFlightCounter {
  /** What is older has expired, whatever the list says of it. */
  static final Duration HORIZON = Duration.ofHours(26);

  private final CoordinatorSettings settings;
  private final TrackedChunks chunks;
  private final Clock clock;

  InFlightCounter(CoordinatorSettings settings, TrackedChunks chunks, Clock clock) {
    this.settings = settings;
    this.chunks = chunks;
    this.clock = clock;
  }

  /** All but this chunk. */
  InFlightUsage besides(TrackedChunk chunk, BatchListing listing) {
    return ours(chunk).plus(others(listing));
  }

  /** What the chunks have, but for one of them. */
  InFlightUsage ours(TrackedChunk except) {
    return chunks.stream()
        .filter(chunk -> chunk != except && isInFlight(chunk))
        .map(chunk -> InFlightUsage.of(chunk.chunk()))
        .reduce(InFlightUsage.NONE, InFlightUsage::plus);
  }

  /** What other coordinators, other runs and other programs have. */
  InFlightUsage others(BatchListing listing) {
    Set<String> ours =
        chunks.stream()
            .filter(InFlightCounter::isInFlight)
            .map(chunk -> chunk.chunk().id())
            .map(settings.run()::key)
            .collect(Collectors.toSet());
    Instant oldest = clock.instant().minus(HORIZON);
    return listing.all().stream()
        .filter(batch -> !batch.createdAt().isBefore(oldest))
        .filter(batch -> !ours.contains(String.valueOf(BatchMetadata.key(batch))))
        .map(batch -> BatchMetadata.enqueued(batch, settings.inference().request()))
        .reduce(InFlightUsage.NONE, InFlightUsage::plus);
  }

  private static boolean isInFlight(TrackedChunk chunk) {
    return chunk.state() == State.SUBMITTING || chunk.state() == State.SUBMITTED;
  }
}
