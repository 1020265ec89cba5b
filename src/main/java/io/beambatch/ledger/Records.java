package io.beambatch.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.beambatch.error.UserException;
import io.beambatch.ledger.LedgerStore.Versioned;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.StagedNames;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The records of one type in a run's folder, such as its plans: JSON documents that are created
 * once, and changed by compare-and-set. All that a run has written down is read and written here.
 *
 * <pre>{@code
 * Records<Plan> plans = Records.versioned(folder, "plan", Plan.class);
 * Plan committed = plans.commit("a1", plan);
 * }</pre>
 */
public final class Records<T> {
  /** Without other characters than ASCII, a short record fits into an object's metadata. */
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private final LedgerStore store;
  private final String place;
  private final String folder;
  private final Class<T> type;

  /** Records in a folder of a ledger. */
  public Records(LedgerStore store, String folder, Class<T> type) {
    this(store, "the ledger", folder, type);
  }

  private Records(LedgerStore store, String place, String folder, Class<T> type) {
    this.store = store;
    this.place = place;
    this.folder = folder;
    this.type = type;
  }

  /** Records in a folder of a run, each in a folder of its own with a file for each version. */
  public static <T> Records<T> versioned(RunFolder run, String folder, Class<T> type) {
    return new Records<>(Ledgers.open(run), run.path(), folder, type);
  }

  /** Records in a folder of a run that are written once, each in a file that ends like this. */
  public static <T> Records<T> once(RunFolder run, String folder, String suffix, Class<T> type) {
    return new Records<>(Ledgers.openOnce(run, suffix), run.path(), folder, type);
  }

  /** A record as it is now, or empty if it was never written. */
  public Optional<Version<T>> read(String name) throws IOException {
    Optional<Versioned> record = store.read(path(name));
    return record.isEmpty() ? Optional.empty() : Optional.of(parse(name, record.get()));
  }

  /** All records as they are now, by name; one listing, and what it doesn't bring in parallel. */
  public SortedMap<String, Version<T>> readAll() throws IOException {
    return readAllBut(Set.of());
  }

  /** The same without those of these names, which the caller has read before. */
  public SortedMap<String, Version<T>> readAllBut(Set<String> known) throws IOException {
    SortedMap<String, Version<T>> records = new TreeMap<>();
    for (Map.Entry<String, Versioned> record :
        store.readAll(folder, path -> !known.contains(name(path))).entrySet()) {
      String name = name(record.getKey());
      records.put(name, parse(name, record.getValue()));
    }
    return records;
  }

  /** The names of all records, sorted. */
  public List<String> names() throws IOException {
    return store.list(folder).stream().map(this::name).toList();
  }

  /** Writes a record that isn't there yet; empty if somebody else has. */
  public Optional<Version<T>> create(String name, T value) throws IOException {
    return write(name, Versioned.ABSENT, value);
  }

  /** Replaces a record. Empty if somebody else has written it since it was read. */
  public Optional<Version<T>> replace(Version<T> read, T value) throws IOException {
    return write(read.name(), read.number(), value);
  }

  /** Writes a record, unless one of that name is there; returns the one that holds. */
  public T commit(String name, T value) throws IOException {
    if (create(name, value).isPresent()) {
      return value;
    }
    return read(name)
        .orElseThrow(() -> new IOException("record " + path(name) + " has vanished"))
        .value();
  }

  private Optional<Version<T>> write(String name, long expected, T value) throws IOException {
    return store
        .write(path(name), expected, MAPPER.writeValueAsString(value))
        .map(written -> new Version<>(name, written.version(), value));
  }

  private Version<T> parse(String name, Versioned record) throws IOException {
    try {
      return new Version<>(name, record.version(), MAPPER.readValue(record.content(), type));
    } catch (JsonProcessingException e) {
      if (e.getCause() instanceof UserException changed) {
        throw changed;
      }
      throw StagedNames.changed(
          path(name) + " in " + place, "it is damaged near character " + column(e));
    }
  }

  private static int column(JsonProcessingException e) {
    return e.getLocation() == null ? 0 : e.getLocation().getColumnNr();
  }

  /** Names come from other records, which may have been changed. */
  private String path(String name) {
    return folder + "/" + StagedNames.checked(name, place + "/" + folder);
  }

  private String name(String path) {
    return path.substring(folder.length() + 1);
  }

  /**
   * A record as it was read or written.
   *
   * @param number of the version: says nothing but whether the record has changed
   */
  public record Version<T>(String name, long number, T value) {}
}
