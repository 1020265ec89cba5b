package io.beambatch.run;

import io.beambatch.chunk.Chunk;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.LedgerStore;
import io.beambatch.ledger.Records;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.Collection;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The chunks of a run that its budget has admitted, and whose batch its ledger may not name yet.
 * One record holds them, changed by compare-and-set, so that two chunks that are checked at the
 * same time, in threads or on machines, don't both spend the rest of the budget.
 */
final class Reservations {
  private static final String NAME = "reserved";

  private final Records<Reserved> records;

  private Reservations(Records<Reserved> records) {
    this.records = records;
  }

  /** The reservations of a run. */
  static Reservations of(RunFolder folder) {
    return new Reservations(Records.versioned(folder, "budget", Reserved.class));
  }

  /** The reservations in a store of a run's records. */
  static Reservations in(LedgerStore store) {
    return new Reservations(new Records<>(store, "budget", Reserved.class));
  }

  /** The current reservations. */
  Held read() throws IOException {
    return new Held(records.read(NAME).orElse(null));
  }

  /**
   * Reserves more chunks.
   *
   * @param run shows which chunks need no reservation any more, because their batch is known
   * @return the reservations then; empty if another process was faster
   */
  Optional<Held> add(Held known, Collection<Chunk> chunks, RunSnapshot run) throws IOException {
    Reserved reserved = known.value().without(run);
    chunks.forEach(chunk -> reserved.chunks().add(chunk.id()));
    return write(known, reserved);
  }

  /** Releases chunks that were not admitted after all; empty if another process was faster. */
  Optional<Held> remove(Held known, Collection<Chunk> chunks) throws IOException {
    Reserved reserved = known.value();
    chunks.forEach(chunk -> reserved.chunks().remove(chunk.id()));
    return write(known, reserved);
  }

  private Optional<Held> write(Held known, Reserved reserved) throws IOException {
    return (known.version == null
            ? records.create(NAME, reserved)
            : records.replace(known.version, reserved))
        .map(Held::new);
  }

  /** The record as it was read or written. */
  static final class Held {
    private final Records.@Nullable Version<Reserved> version;

    private Held(Records.@Nullable Version<Reserved> version) {
      this.version = version;
    }

    /** Returns whether a chunk is reserved. */
    boolean contains(Chunk chunk) {
      return version != null && version.value().contains(chunk);
    }

    private Reserved value() {
      return version == null ? new Reserved(null, null) : version.value().copy();
    }
  }

  /**
   * The record.
   *
   * @param plans whose chunks are all reserved: earlier versions wrote them
   */
  private record Reserved(SortedSet<String> plans, SortedSet<String> chunks) {
    Reserved(@Nullable SortedSet<String> plans, @Nullable SortedSet<String> chunks) {
      this.plans = plans == null ? new TreeSet<>() : plans;
      this.chunks = chunks == null ? new TreeSet<>() : chunks;
    }

    boolean contains(Chunk chunk) {
      int end = chunk.id().lastIndexOf("-c");
      return chunks.contains(chunk.id())
          || (end > 0 && plans.contains(chunk.id().substring(0, end)));
    }

    Reserved copy() {
      return new Reserved(new TreeSet<>(plans), new TreeSet<>(chunks));
    }

    Reserved without(RunSnapshot run) {
      Reserved copy = copy();
      copy.chunks.removeIf(
          chunk -> {
            BatchEntry entry = run.batches().get(chunk);
            return run.joined().containsKey(chunk) || (entry != null && entry.batchId() != null);
          });
      return copy;
    }
  }
}
