package io.beambatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.ledger.LedgerStore.Versioned;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every ledger store has to do. */
abstract class LedgerStoreContract {
  /** A store with nothing in it. */
  abstract LedgerStore store() throws IOException;

  @Test
  void aRecordThatWasNeverWrittenIsAbsent() throws IOException {
    assertThat(store().read("ledger/a1-c00000")).isEmpty();
    assertThat(store().list("ledger")).isEmpty();
  }

  @Test
  void whatIsWrittenIsReadBack() throws IOException {
    LedgerStore store = store();
    Versioned written = store.write("ledger/x", Versioned.ABSENT, "eins ä").orElseThrow();
    assertThat(store.read("ledger/x")).contains(written);
    assertThat(written.content()).isEqualTo("eins ä");
  }

  @Test
  void aRecordIsCreatedOnce() throws IOException {
    LedgerStore store = store();
    store.write("ledger/x", Versioned.ABSENT, "first");
    assertThat(store.write("ledger/x", Versioned.ABSENT, "second")).isEmpty();
    assertThat(store.read("ledger/x").orElseThrow().content()).isEqualTo("first");
  }

  @Test
  void aWriterWhoReadAnOlderVersionLoses() throws IOException {
    LedgerStore store = store();
    Versioned first = store.write("ledger/x", Versioned.ABSENT, "1").orElseThrow();
    Versioned second = store.write("ledger/x", first.version(), "2").orElseThrow();
    assertThat(store.write("ledger/x", first.version(), "stale")).isEmpty();
    assertThat(store.write("ledger/x", second.version(), "3")).isPresent();
    assertThat(store.read("ledger/x").orElseThrow().content()).isEqualTo("3");
  }

  @Test
  void recordsOfAFolderAreListedInOrder() throws IOException {
    LedgerStore store = store();
    store.write("plan/a2", Versioned.ABSENT, "");
    store.write("plan/a1", Versioned.ABSENT, "");
    store.write("ledger/a1-c00000", Versioned.ABSENT, "");
    assertThat(store.list("plan")).containsExactly("plan/a1", "plan/a2");
  }

  @Test
  void ofManyWritersAtOnceExactlyOneWins() throws Exception {
    LedgerStore store = store();
    int writers = 8;
    ExecutorService threads = Executors.newFixedThreadPool(writers);
    try {
      Versioned now = store.write("ledger/x", Versioned.ABSENT, "start").orElseThrow();
      for (int round = 0; round < 50; round++) {
        CyclicBarrier barrier = new CyclicBarrier(writers);
        long expected = now.version();
        List<Callable<Optional<Versioned>>> attempts = new ArrayList<>();
        for (int i = 0; i < writers; i++) {
          String content = round + "/" + i;
          attempts.add(
              () -> {
                barrier.await();
                return store.write("ledger/x", expected, content);
              });
        }
        List<Versioned> won = new ArrayList<>();
        for (Future<Optional<Versioned>> attempt : threads.invokeAll(attempts)) {
          attempt.get().ifPresent(won::add);
        }
        assertThat(won).hasSize(1);
        now = won.get(0);
        assertThat(store.read("ledger/x")).contains(now);
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
