package io.beambatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.ledger.LedgerStore.Versioned;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskLedgerStoreTest extends LedgerStoreContract {
  private static final int PROCESSES = 2;
  private static final int RACED = 100;

  @TempDir Path folder;

  @Override
  LedgerStore store() {
    return new VersionedStore(new DiskRecordFiles(folder.resolve("run")));
  }

  @Override
  int raced() {
    return RACED;
  }

  @Test
  void whatAWriterLeftAsideWhenItWasKilledIsNoVersion() throws IOException {
    Versioned first = store().write("ledger/x", Versioned.ABSENT, "1").orElseThrow();
    Files.writeString(folder.resolve("run/ledger/x/.0f3c.tmp"), "half a rec");
    Path never = Files.createDirectories(folder.resolve("run/ledger/y"));
    Files.writeString(never.resolve(".77aa.tmp"), "");

    assertThat(store().read("ledger/x")).contains(first);
    assertThat(store().read("ledger/y")).isEmpty();
    assertThat(store().list("ledger")).containsExactly("ledger/x");
    assertThat(store().write("ledger/x", first.version(), "2")).isPresent();
    assertThat(store().write("ledger/y", Versioned.ABSENT, "1")).isPresent();
  }

  @Test
  void filesThatAreNoVersionsAreLeftAlone() throws IOException {
    Versioned first = store().write("ledger/x", Versioned.ABSENT, "1").orElseThrow();
    Files.writeString(folder.resolve("run/ledger/x/notes.json"), "");
    Files.writeString(folder.resolve("run/ledger/x/07.json"), "");
    Files.writeString(folder.resolve("run/ledger/2.json"), "");

    assertThat(store().readAll("ledger", name -> true)).containsOnlyKeys("ledger/x");
    assertThat(store().read("ledger/x")).contains(first);
  }

  @Test
  void aRefusedWriterLeavesNothingAside() throws IOException {
    store().write("ledger/x", Versioned.ABSENT, "1");
    store().write("ledger/x", Versioned.ABSENT, "2");
    try (Stream<Path> files = Files.list(folder.resolve("run/ledger/x"))) {
      assertThat(files).extracting(Path::getFileName).containsExactly(Path.of("1.json"));
    }
  }

  /** Two that find no file must not both win; a link to nowhere is not found either. */
  @Test
  void aWriterThatIsOvertakenLoses() throws IOException {
    Path record = Files.createDirectories(folder.resolve("run/ledger/x"));
    Files.createSymbolicLink(record.resolve("1.json"), Path.of("nowhere"));

    assertThat(store().write("ledger/x", Versioned.ABSENT, "1")).isEmpty();
    try (Stream<Path> files = Files.list(record)) {
      assertThat(files).extracting(Path::getFileName).containsExactly(Path.of("1.json"));
    }
  }

  @Test
  void namesTheFileThatIsInTheWayOfTheFolder() throws IOException {
    Files.writeString(folder.resolve("run"), "a file");
    assertThatThrownBy(() -> store().write("ledger/x", Versioned.ABSENT, "1"))
        .isInstanceOf(IOException.class)
        .hasMessage(folder.resolve("run") + " (Not a directory)");
  }

  @Test
  @Tag("slow")
  void processesThatRaceWinEachTransitionOnce() throws Exception {
    List<Process> racers = new ArrayList<>();
    List<Path> logs = new ArrayList<>();
    for (int i = 0; i < PROCESSES; i++) {
      Path log = folder.resolve("racer-" + i + ".log");
      logs.add(log);
      racers.add(
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Racer.class.getName(),
                  folder.resolve("run").toString())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start());
    }
    List<String> won = new ArrayList<>();
    for (int i = 0; i < PROCESSES; i++) {
      assertThat(racers.get(i).waitFor(4, TimeUnit.MINUTES)).as("ends").isTrue();
      List<String> lines = Files.readAllLines(logs.get(i));
      assertThat(racers.get(i).exitValue()).as("%s", lines).isZero();
      won.addAll(lines);
    }
    assertEachTransitionWonOnce(won, store());
  }

  /** Races in a process of its own, and prints what it won. */
  static final class Racer {
    private Racer() {}

    public static void main(String[] args) throws IOException {
      race(new VersionedStore(new DiskRecordFiles(Path.of(args[0]))), RACED)
          .forEach(System.out::println);
    }
  }
}
