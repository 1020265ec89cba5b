package io.beambatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

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
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What every ledger store has to do. */
abstract class LedgerStoreContract {
  private static final int TRANSITIONS = 20;

  /** A store with nothing in it; called again in a test, another that leads to the same place. */
  abstract LedgerStore store() throws IOException;

  /** Of how many records racers make the transitions; fewer where each takes calls. */
  abstract int raced();

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
  void allRecordsOfAFolderAreReadAtTheirNewestVersions() throws IOException {
    LedgerStore store = store();
    Versioned first = store.write("ledger/x", Versioned.ABSENT, "1").orElseThrow();
    Versioned second = store.write("ledger/x", first.version(), "2").orElseThrow();
    Versioned other = store.write("ledger/x1", Versioned.ABSENT, "other").orElseThrow();
    store.write("plan/a1", Versioned.ABSENT, "a plan");

    assertThat(store.readAll("ledger", name -> true))
        .containsExactly(entry("ledger/x", second), entry("ledger/x1", other));
    assertThat(store.readAll("ledger", name -> name.endsWith("1")))
        .containsExactly(entry("ledger/x1", other));
    assertThat(store.readAll("joined", name -> true)).isEmpty();
    assertThat(store.read("ledger/x")).contains(second);
  }

  @Test
  void theTenthVersionIsNewerThanTheNinth() throws IOException {
    LedgerStore store = store();
    Versioned now = store.write("ledger/x", Versioned.ABSENT, "1").orElseThrow();
    for (int i = 2; i <= 11; i++) {
      now = store.write("ledger/x", now.version(), "" + i).orElseThrow();
    }
    assertThat(store.read("ledger/x")).contains(now);
    assertThat(store.readAll("ledger", name -> true)).containsExactly(entry("ledger/x", now));
  }

  @Test
  void everyContentIsReadBackAsItIs() throws IOException {
    LedgerStore store = store();
    List<String> contents =
        List.of(
            "", " ", " a", "a ", "a\nb", "ä", "~", "\u007f", "x".repeat(7_000), "x".repeat(7_001));
    for (int i = 0; i < contents.size(); i++) {
      store.write("ledger/x" + i, Versioned.ABSENT, contents.get(i));
    }
    assertThat(store.readAll("ledger", name -> true).values())
        .extracting(Versioned::content)
        .containsExactlyElementsOf(contents);
    for (int i = 0; i < contents.size(); i++) {
      assertThat(store.read("ledger/x" + i).orElseThrow().content()).isEqualTo(contents.get(i));
    }
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

  @Test
  @Tag("slow")
  void whoeverRacesForTransitionsEachIsWonOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Callable<List<String>>> racers = new ArrayList<>();
      for (LedgerStore store : List.of(store(), store())) {
        racers.add(() -> race(store, raced()));
        racers.add(() -> race(store, raced()));
      }
      List<String> won = new ArrayList<>();
      for (Future<List<String>> racer : threads.invokeAll(racers)) {
        won.addAll(racer.get());
      }
      assertEachTransitionWonOnce(won, store());
    } finally {
      threads.shutdownNow();
    }
  }

  /**
   * Moves all records on, while others do the same.
   *
   * @return the transitions that this one made
   */
  static List<String> race(LedgerStore store, int raced) throws IOException {
    List<String> won = new ArrayList<>();
    for (String record : records(raced)) {
      while (true) {
        Optional<Versioned> now = store.read(record);
        int number = now.isEmpty() ? 0 : Integer.parseInt(now.get().content());
        if (number == TRANSITIONS) {
          break;
        }
        long version = now.map(Versioned::version).orElse(Versioned.ABSENT);
        if (store.write(record, version, String.valueOf(number + 1)).isPresent()) {
          won.add(record + " " + (number + 1));
        }
      }
    }
    return won;
  }

  void assertEachTransitionWonOnce(List<String> won, LedgerStore store) throws IOException {
    List<String> all = new ArrayList<>();
    for (String record : records(raced())) {
      IntStream.rangeClosed(1, TRANSITIONS).forEach(number -> all.add(record + " " + number));
      assertThat(store.read(record).orElseThrow().content()).isEqualTo("" + TRANSITIONS);
    }
    assertThat(won).containsExactlyInAnyOrderElementsOf(all);
    assertThat(store.list("ledger")).isEqualTo(records(raced()));
  }

  private static List<String> records(int raced) {
    return IntStream.range(100, 100 + raced).mapToObj(number -> "ledger/a1-c00" + number).toList();
  }
}
