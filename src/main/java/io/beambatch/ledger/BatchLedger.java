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
 * The state of every chunk's batch, changed by compare-and-set: the coordinator reads it to go on
 * where an earlier launch stopped, and writes it before and after each call that costs money.
 */
public final class BatchLedger {
  private static final String CANCELLED = "cancelled";
  private static final String RECIPIENT = "recipient";

  private final Records<BatchEntry> entries;
  private final Records<String> marks;
  private final Records<Recipient> recipients;
  private final Map<String, Tracked> ahead = new ConcurrentHashMap<>();

  /** The batches in a ledger. */
  public BatchLedger(LedgerStore store) {
    this.entries = new Records<>(store, "ledger", BatchEntry.class);
    this.marks = new Records<>(store, "run", String.class);
    this.recipients = new Records<>(store, "run", Recipient.class);
  }

  /** The batches of a run. */
  public static BatchLedger of(RunFolder folder) {
    return new BatchLedger(Ledgers.open(folder));
  }

  /** What is known of a chunk's batch, or empty if nothing was ever written. */
  public Optional<Tracked> read(String chunkId) throws IOException {
    Tracked known = ahead.remove(chunkId);
    return known != null ? Optional.of(known) : entries.read(chunkId).map(Tracked::of);
  }

  /** Whether a chunk is in the ledger; takes no call for one that was read ahead. */
  public boolean has(String chunkId) throws IOException {
    return ahead.containsKey(chunkId) || read(chunkId).isPresent();
  }

  /** What is known of the batches of all chunks, by chunk; as {@link #read} gives each. */
  public SortedMap<String, Tracked> readAll() throws IOException {
    SortedMap<String, Tracked> all = new TreeMap<>();
    entries.readAll().forEach((chunkId, entry) -> all.put(chunkId, Tracked.of(entry)));
    return all;
  }

  /**
   * Reads the entries of many chunks at once: the next {@link #read} of each then takes no call. If
   * somebody else moves a chunk in between, {@link #advance} fails, as after any other read.
   */
  public void readAhead(Collection<String> chunkIds) throws IOException {
    Map<String, Tracked> all = readAll();
    for (String chunkId : chunkIds) {
      if (all.containsKey(chunkId)) {
        ahead.put(chunkId, all.get(chunkId));
      }
    }
  }

  /** Starts to track a chunk; empty if somebody else has. */
  public Optional<Tracked> create(String chunkId, BatchEntry entry) throws IOException {
    return entries.create(chunkId, entry).map(Tracked::of);
  }

  /** Moves a chunk on; empty if somebody else has moved it since it was read. */
  public Optional<Tracked> advance(Tracked from, BatchEntry to) throws IOException {
    return entries
        .replace(new Records.Version<>(from.chunkId, from.version, from.entry), to)
        .map(Tracked::of);
  }

  /** Marks the run for good: nothing of it is to be sent any more. */
  public void cancel(Instant now) throws IOException {
    // The second mark would say nothing new.
    marks.create(CANCELLED, now.toString());
  }

  /** Whether nothing is to be sent any more. */
  public boolean isCancelled() throws IOException {
    return marks.read(CANCELLED).isPresent();
  }

  /** Whether the provider has, or had, anything of the run: an input or a batch. */
  public boolean isAnythingSent() throws IOException {
    return entries.readAll().values().stream()
        .map(Records.Version::value)
        .anyMatch(entry -> entry.fileId() != null || entry.batchId() != null);
  }

  /** Who gets the run, or empty if nothing of it is to be sent yet. */
  public Optional<Records.Version<Recipient>> recipient() throws IOException {
    return recipients.read(RECIPIENT);
  }

  /**
   * Notes who gets the run.
   *
   * @param known the note that is there, or empty
   * @return whether it is noted; not, if somebody else has changed the note since it was read
   */
  public boolean sendTo(Optional<Records.Version<Recipient>> known, Recipient recipient)
      throws IOException {
    return known.isEmpty()
        ? recipients.create(RECIPIENT, recipient).isPresent()
        : recipients.replace(known.get(), recipient).isPresent();
  }

  /** An entry as it was at a version. */
  public record Tracked(String chunkId, long version, BatchEntry entry) {
    private static Tracked of(Records.Version<BatchEntry> record) {
      return new Tracked(record.name(), record.number(), record.value());
    }
  }
}
