package io.beambatch.ledger;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.beambatch.ledger.LedgerStore.Versioned;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/** The state of every chunk's batch, changed by compare-and-set. */
public final class BatchLedger {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private static final String CANCELLED = "run/cancelled";

  private final LedgerStore store;

  /** The batches in a ledger. */
  public BatchLedger(LedgerStore store) {
    this.store = store;
  }

  /** What is known of a chunk's batch, or empty if nothing was ever written. */
  public Optional<Tracked> read(String chunkId) throws IOException {
    Optional<Versioned> record = store.read(name(chunkId));
    return record.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Tracked(
                chunkId,
                record.get().version(),
                MAPPER.readValue(record.get().content(), BatchEntry.class)));
  }

  /** Starts to track a chunk; empty if somebody else has. */
  public Optional<Tracked> create(String chunkId, BatchEntry entry) throws IOException {
    return write(chunkId, Versioned.ABSENT, entry);
  }

  /** Moves a chunk on; empty if somebody else has moved it since it was read. */
  public Optional<Tracked> advance(Tracked from, BatchEntry to) throws IOException {
    return write(from.chunkId(), from.version(), to);
  }

  /** Notes for good that nothing of the run is to be sent any more. */
  public void cancel(Instant now) throws IOException {
    // Who comes second has nothing to add.
    store.write(CANCELLED, Versioned.ABSENT, MAPPER.writeValueAsString(now.toString()));
  }

  /** Whether nothing is to be sent any more. */
  public boolean isCancelled() throws IOException {
    return store.read(CANCELLED).isPresent();
  }

  private Optional<Tracked> write(String chunkId, long expected, BatchEntry entry)
      throws IOException {
    return store
        .write(name(chunkId), expected, MAPPER.writeValueAsString(entry))
        .map(written -> new Tracked(chunkId, written.version(), entry));
  }

  private static String name(String chunkId) {
    return "ledger/" + chunkId;
  }

  /** An entry as it was at a version. */
  public record Tracked(String chunkId, long version, BatchEntry entry) {}
}
