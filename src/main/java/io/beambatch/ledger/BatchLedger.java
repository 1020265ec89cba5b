package io.beambatch.ledger;

import io.beambatch.provider.Recipient;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The state of every chunk's batch, changed by compare-and-set. The coordinator reads it to
 * continue where an earlier launch stopped, and writes it before and after each call that costs
 * money.
 */
public final class BatchLedger {
  private static final String CANCELLED = "cancelled";
  private static final String RECIPIENT = "recipient";

  private final Records<BatchEntry> entries;
  private final Records<String> marks;
  private final Records<Recipient> recipients;
  private final Map<String, Tracked> ahead = new ConcurrentHashMap<>();

  /** Keeps the batches' entries in a store. */
  public BatchLedger(LedgerStore store) {
    this.entries = new Records<>(store, "ledger", BatchEntry.class);
    this.marks = new Records<>(store, "run", String.class);
    this.recipients = new Records<>(store, "run", Recipient.class);
  }

  /** The ledger of a run. */
  public static BatchLedger of(RunFolder folder) {
    return new BatchLedger(Ledgers.open(folder));
  }

  /** The entry of a chunk, or empty if none was written. */
  public Optional<Tracked> read(String chunkId) throws IOException {
    Tracked known = ahead.remove(chunkId);
    return known != null ? Optional.of(known) : entries.read(chunkId).map(Tracked::of);
  }

  /**
   * Returns whether a chunk is in the ledger. For a chunk that was read ahead this makes no storage
   * call.
   */
  public boolean has(String chunkId) throws IOException {
    return ahead.containsKey(chunkId) || read(chunkId).isPresent();
  }

  /** The entries of all chunks, by chunk id. */
  public SortedMap<String, Tracked> readAll() throws IOException {
    SortedMap<String, Tracked> all = new TreeMap<>();
    entries.readAll().forEach((chunkId, entry) -> all.put(chunkId, Tracked.of(entry)));
    return all;
  }

  /**
   * Reads the entries of many chunks at once; the next {@link #read} of each makes no storage call.
   * If another process changes an entry in between, {@link #advance} fails, as after any other
   * read.
   */
  public void readAhead(Collection<String> chunkIds) throws IOException {
    Map<String, Tracked> all = readAll();
    for (String chunkId : chunkIds) {
      if (all.containsKey(chunkId)) {
        ahead.put(chunkId, all.get(chunkId));
      }
    }
  }

  /** Adds a chunk; empty if it is there already. */
  public Optional<Tracked> create(String chunkId, BatchEntry entry) throws IOException {
    return entries.create(chunkId, entry).map(Tracked::of);
  }

  /** Replaces a chunk's entry; empty if another process has changed it since it was read. */
  public Optional<Tracked> advance(Tracked from, BatchEntry to) throws IOException {
    return entries
        .replace(new Records.Version<>(from.chunkId, from.version, from.entry), to)
        .map(Tracked::of);
  }

  /** Marks the run as cancelled, permanently: nothing of it is sent from now on. */
  public void cancel(Instant now) throws IOException {
    // A mark that exists already says the same.
    marks.create(CANCELLED, now.toString());
  }

  /** Returns whether the run is cancelled. */
  public boolean isCancelled() throws IOException {
    return marks.read(CANCELLED).isPresent();
  }

  /** Returns whether anything of the run, an input or a batch, was ever sent to the provider. */
  public boolean isAnythingSent() throws IOException {
    return entries.values().values().stream()
        .anyMatch(entry -> entry.fileId() != null || entry.batchId() != null);
  }

  /** The account and server that the run is sent to, or empty if nothing has been sent yet. */
  public Optional<Records.Version<Recipient>> recipient() throws IOException {
    return recipients.read(RECIPIENT);
  }

  /**
   * Records the recipient of the run.
   *
   * @param known the record that was read before, or empty
   * @return whether it was written; false if another process has changed the record since it was
   *     read
   */
  public boolean sendTo(Optional<Records.Version<Recipient>> known, Recipient recipient)
      throws IOException {
    return known.isEmpty()
        ? recipients.create(RECIPIENT, recipient).isPresent()
        : recipients.replace(known.get(), recipient).isPresent();
  }

  /** An entry and the version at which it was read. */
  public record Tracked(String chunkId, long version, BatchEntry entry) {
    private static Tracked of(Records.Version<BatchEntry> record) {
      return new Tracked(record.name(), record.number(), record.value());
    }
  }
}
