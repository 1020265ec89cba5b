package io.beambatch.batch;

import io.beambatch.chunk.Chunk;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.ledger.BatchLedger.Tracked;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A chunk on its way through the provider, with what one coordinator remembers of it. */
final class TrackedChunk {
  private final Chunk chunk;
  private final BatchLedger ledger;
  private Tracked tracked;

  /** Since when the batch has been over without its result files. */
  @Nullable Instant overSince;

  /** Since when the provider has said that it can't find the input file. */
  @Nullable Instant fileMissingSince;

  /** Since when this coordinator has asked for the batch to be cancelled. */
  @Nullable Instant cancelledSince;

  /** Not to be submitted before. */
  Instant notBefore = Instant.MIN;

  /** Requests dealt with, at the last look. */
  long answered;

  TrackedChunk(Chunk chunk, BatchLedger ledger) throws IOException {
    this.chunk = chunk;
    this.ledger = ledger;
    this.tracked = load();
  }

  Chunk chunk() {
    return chunk;
  }

  BatchEntry entry() {
    return tracked.entry();
  }

  BatchEntry.State state() {
    return tracked.entry().state();
  }

  /**
   * Moves the chunk on, unless somebody else has; then what they made of it is taken over.
   *
   * @return whether it was this call that moved it
   */
  boolean advance(BatchEntry to) throws IOException {
    Optional<Tracked> written = ledger.advance(tracked, to);
    tracked = written.isPresent() ? written.get() : load();
    return written.isPresent();
  }

  /** Looks what others have made of the chunk. */
  void reload() throws IOException {
    tracked = load();
  }

  private Tracked load() throws IOException {
    return ledger
        .read(chunk.id())
        .orElseThrow(
            () ->
                new BatchException(
                    "chunk " + chunk.id() + " is not in the ledger; was its upload lost?", null));
  }
}
