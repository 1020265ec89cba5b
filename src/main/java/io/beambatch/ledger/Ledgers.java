package io.beambatch.ledger;

import io.beambatch.storage.RunFolder;
import java.nio.file.Path;

/** Opens the ledger of a run. */
public final class Ledgers {
  private Ledgers() {}

  /** The ledger of a run. */
  public static LedgerStore open(RunFolder folder) {
    return open(folder.path());
  }

  /**
   * The ledger in a folder.
   *
   * @throws IllegalArgumentException if no ledger is known for such a location
   */
  public static LedgerStore open(String folder) {
    if (folder.matches("[a-z][a-z0-9+.-]+://.*")) {
      throw new IllegalArgumentException(
          "--staging " + folder + ": a ledger is kept on local disk only; choose a local folder");
    }
    return new DiskLedgerStore(Path.of(folder));
  }
}
