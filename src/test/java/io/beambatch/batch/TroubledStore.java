package io.beambatch.batch;

import io.beambatch.ledger.LedgerStore;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One launch's way to a ledger in memory, which all launches share. */
class TroubledStore implements LedgerStore {
  private final Map<String, Versioned> records;
  private final @Nullable Trouble trouble;

  /**
   * @param trouble null for whoever only looks, out of the world's time
   */
  TroubledStore(Map<String, Versioned> records, @Nullable Trouble trouble) {
    this.records = records;
    this.trouble = trouble;
  }

  @Override
  public Optional<Versioned> read(String name) throws IOException {
    call(1);
    return Optional.ofNullable(records.get(name));
  }

  @Override
  public Optional<Versioned> write(String name, long expected, String content) throws IOException {
    call(3);
    Versioned now = records.get(name);
    if ((now == null ? Versioned.ABSENT : now.version()) != expected) {
      return Optional.empty();
    }
    Versioned written = new Versioned(expected + 1, content);
    records.put(name, written);
    call(3);
    return Optional.of(written);
  }

  private void call(double more) throws IOException {
    if (trouble != null) {
      trouble.live(more);
      trouble.ledger();
    }
  }

  @Override
  public List<String> list(String folder) {
    throw new UnsupportedOperationException();
  }

  @Override
  public SortedMap<String, Versioned> readAll(String folder, Predicate<String> wanted)
      throws IOException {
    call(1);
    SortedMap<String, Versioned> read = new TreeMap<>(records);
    read.keySet().removeIf(name -> !name.startsWith(folder + "/") || !wanted.test(name));
    return read;
  }
}
