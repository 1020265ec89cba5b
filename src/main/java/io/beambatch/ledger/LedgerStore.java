package io.beambatch.ledger;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Small named records that change by compare-and-set only. Two writers at once, in one process or
 * on two machines: exactly one of them wins, and the other is told.
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
   * A record at a version.
   *
   * @param version says nothing but whether the record has changed
   */
  record Versioned(long version, String content) {
    /** The version of a record that isn't there. */
    public static final long ABSENT = 0;
  }
}
