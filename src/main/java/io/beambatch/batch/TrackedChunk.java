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

  /** Since when it has been waiting: where each look is another coordinator, by the ledger. */
  final Instant since;

  /** Since when nobody can have been creating a batch, as far as this coordinator knows. */
  @Nullable Instant quietSince;

  /** Since when the provider has said that it can't find the input file. */
  @Nullable Instant fileMissingSince;

  /** What the provider said when it last had no room for the chunk. */
  @Nullable String refusal;

  /** Why the batch doesn't end, if it was cancelled and still doesn't. */
  @Nullable String stuck;

  /** Not to be submitted before. */
  Instant notBefore = Instant.MIN;

  /** Whether a batch of it has got past its validation. */
  boolean accepted;

  /** Requests dealt with, at the last look. */
  long answered;

  TrackedChunk(Chunk chunk, BatchLedger ledger, WaitPolicy waitPolicy, Instant now)
      throws IOException {
    this.chunk = chunk;
    this.ledger = ledger;
    this.tracked = load();
    this.since =
        waitPolicy.beginningOfWait(Instant.ofEpochMilli(tracked.entry().times().planned()), now);
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
    take(written.isPresent() ? written.get() : load());
    return written.isPresent();
  }

  /**
   * Since when something is waited for that began at a time of the ledger's. Who stays with the
   * batch begins to wait anew; else the same command again, as a user is told to give, would not
   * help.
   */
  Instant waitedFor(long millis) {
    Instant began = Instant.ofEpochMilli(millis);
    return began.isAfter(since) ? began : since;
  }

  /** Looks what others have made of the chunk. */
  void reload() throws IOException {
    take(load());
  }

  private void take(Tracked now) {
    if (now.version() != tracked.version()) {
      quietSince = null;
    }
    tracked = now;
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
