package io.beambatch.ledger;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class DiskLedgerStoreTest extends LedgerStoreContract {
  @TempDir Path folder;

  @Override
  LedgerStore store() {
    return new DiskLedgerStore(folder.resolve("run"));
  }
}
