package io.beambatch.ledger;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Small named records that change by compare-and-set only. Two writers at once, in one process or
 * on two machines: exactly one of them wins, and the other learns that it lost.
 */
public interface LedgerStore {

  /** The newest version of a record, or empty if it was never written. */
  Optional<Versioned> read(String name) throws IOException;

  /**
   * Writes the next version of a record, unless somebody else has.
   *
   * @param name such as {@code ledger/a1-c00003}; {@code [A-Za-z0-9_/-]+}
   * @param expected the version that was read, or {@link Versioned#ABSENT} to create the record
   * @return the record as written, or empty if it is no longer at the expected version
   */
  Optional<Versioned> write(String name, long expected, String content) throws IOException;

  /** The names of all records in a folder such as {@code ledger}, sorted. */
  List<String> list(String folder) throws IOException;

  /**
   * The newest versions of the records in a folder, by name: as {@link #read} gives each.
   *
   * @param wanted which of them are to be read
   */
  default SortedMap<String, Versioned> readAll(String folder, Predicate<String> wanted)
      throws IOException {
    SortedMap<String, Versioned> records = new TreeMap<>();
    for (String name : list(folder)) {
      if (wanted.test(name)) {
        read(name).ifPresent(record -> records.put(name, record));
      }
    }
    return records;
  }

  /**
   * A record at a version.
   *
   * @param version says nothing but whether the record has changed
   */
  record Versioned(long version, String content) {
    /** The version of a record that isn't there. */
    public static final long ABSENT = 0;
  }
}
