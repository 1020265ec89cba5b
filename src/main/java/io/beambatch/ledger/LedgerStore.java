package io.beambatch.ledger;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Predicate;

/**
 * Small named records that change by compare-and-set only. If two writers write the same version,
 * in one process or on two machines, exactly one of them wins, and the other is told that it lost.
 */
public interface LedgerStore {

  /** The newest version of a record, or empty if none was written. */
  Optional<Versioned> read(String name) throws IOException;

  /**
   * Writes the next version of a record, unless another writer has.
   *
   * @param name such as {@code ledger/a1-c00003}; {@code [A-Za-z0-9_/-]+}
   * @param expected the version that was read, or {@link Versioned#ABSENT} to create the record
   * @return the record as written, or empty if it is no longer at the expected version
   */
  Optional<Versioned> write(String name, long expected, String content) throws IOException;

  /** The names of all records in a folder such as {@code ledger}, sorted. */
  List<String> list(String folder) throws IOException;

  /**
   * The newest versions of the records in a folder, by name.
   *
   * @param wanted selects the records to read
   */
  SortedMap<String, Versioned> readAll(String folder, Predicate<String> wanted) throws IOException;

  /**
   * A record at a version.
   *
   * @param version identifies the version; its value has no other meaning
   */
  record Versioned(long version, String content) {
    /** The version of a record that does not exist. */
    public static final long ABSENT = 0;
  }
}
