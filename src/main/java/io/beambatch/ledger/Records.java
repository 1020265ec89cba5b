package io.beambatch.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
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
 * once, and changed by compare-and-set. All state of a run is read and written through this class.
 *
 * <pre>{@code
 * Records<Plan> plans = Records.versioned(folder, "plan", Plan.class);
 * Plan committed = plans.commit("a1", plan);
 * }</pre>
 */
public final class Records<T> {
  /**
   * In plain ASCII, a short record fits into an object's metadata. A field that a later version of
   * the program has added is no damage.
   */
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private final LedgerStore store;
  private final String place;
  private final String folder;
  private final Class<T> type;

  /** Keeps records in a folder of a store. */
  public Records(LedgerStore store, String folder, Class<T> type) {
    this(store, "the ledger", folder, type);
  }

  private Records(LedgerStore store, String place, String folder, Class<T> type) {
    this.store = store;
    this.place = place;
    this.folder = folder;
    this.type = type;
  }

  /**
   * Opens records that can be replaced: each has a folder of its own, with a file for each version.
   */
  public static <T> Records<T> versioned(RunFolder run, String folder, Class<T> type) {
    return new Records<>(Ledgers.open(run), run.path(), folder, type);
  }

  /** Opens records that are written once, each in a file with this suffix. */
  public static <T> Records<T> once(RunFolder run, String folder, String suffix, Class<T> type) {
    return new Records<>(Ledgers.openOnce(run, suffix), run.path(), folder, type);
  }

  /** The current version of a record, or empty if none was written. */
  public Optional<Version<T>> read(String name) throws IOException {
    Optional<Versioned> record = store.read(path(name));
    return record.isEmpty() ? Optional.empty() : Optional.of(parse(name, record.get()));
  }

  /**
   * The current versions of all records, by name. It makes one listing, and reads in parallel what
   * the listing doesn't return.
   */
  public SortedMap<String, Version<T>> readAll() throws IOException {
    return readAllBut(Set.of());
  }

  /** The current values of all records, by name; read like {@link #readAll}. */
  public SortedMap<String, T> values() throws IOException {
    SortedMap<String, T> values = new TreeMap<>();
    readAll().forEach((name, version) -> values.put(name, version.value()));
    return values;
  }

  /** The current value of a record; empty if there is none. */
  public Optional<T> value(String name) throws IOException {
    return read(name).map(Version::value);
  }

  /** The current versions of all records except those the caller already knows. */
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

  /** Creates a record; empty if it exists. */
  public Optional<Version<T>> create(String name, T value) throws IOException {
    return write(name, Versioned.ABSENT, value);
  }

  /** Replaces a record; empty if another writer has changed it since it was read. */
  public Optional<Version<T>> replace(Version<T> read, T value) throws IOException {
    return write(read.name(), read.number(), value);
  }

  /** Creates a record unless it exists, and returns the one that is stored. */
  public T commit(String name, T value) throws IOException {
    if (create(name, value).isPresent()) {
      return value;
    }
    return read(name)
        .orElseThrow(() -> new IOException("record " + path(name) + " is missing"))
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

  /** Names come from other records, which may have been tampered with. */
  private String path(String name) {
    return folder + "/" + StagedNames.checked(name, place + "/" + folder);
  }

  private String name(String path) {
    return path.substring(folder.length() + 1);
  }

  /**
   * A record as it was read or written.
   *
   * @param number identifies the version; its value has no other meaning
   */
  public record Version<T>(String name, long number, T value) {}
}
