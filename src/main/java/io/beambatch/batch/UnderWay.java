package io.beambatch.batch;

import io.beambatch.ledger.BatchEntry.State;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.stream.Collectors;

/** Adds up what is under way at the provider: of these chunks, and of everybody else. */
final class UnderWay {
  /** What is older has expired, whatever the list says of it. */
  static final Duration HORIZON = Duration.ofHours(26);

  private final CoordinatorSettings settings;
  private final TrackedChunks chunks;
  private final Clock clock;

  UnderWay(CoordinatorSettings settings, TrackedChunks chunks, Clock clock) {
    this.settings = settings;
    this.chunks = chunks;
    this.clock = clock;
  }

  /** All but this chunk. */
  Enqueued besides(TrackedChunk chunk, Listing listing) {
    return ours(chunk).plus(others(listing));
  }

  /** What the chunks have, but for one of them. */
  Enqueued ours(TrackedChunk except) {
    return chunks.stream()
        .filter(chunk -> chunk != except && isUnderWay(chunk))
        .map(chunk -> Enqueued.of(chunk.chunk()))
        .reduce(Enqueued.NONE, Enqueued::plus);
  }

  /** What other coordinators, other runs and other programs have. */
  Enqueued others(Listing listing) {
    Set<String> ours =
        chunks.stream()
            .filter(UnderWay::isUnderWay)
            .map(chunk -> chunk.chunk().id())
            .map(settings.run()::key)
            .collect(Collectors.toSet());
    Instant oldest = clock.instant().minus(HORIZON);
    return listing.all().stream()
        .filter(batch -> !batch.createdAt().isBefore(oldest))
        .filter(batch -> !ours.contains(String.valueOf(BatchMetadata.key(batch))))
        .map(batch -> BatchMetadata.enqueued(batch, settings.inference().request()))
        .reduce(Enqueued.NONE, Enqueued::plus);
  }

  private static boolean isUnderWay(TrackedChunk chunk) {
    return chunk.state() == State.SUBMITTING || chunk.state() == State.SUBMITTED;
  }
}
