package io.beambatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.ledger.BatchEntry.State;
import io.beambatch.ledger.BatchLedger.Tracked;
import io.beambatch.provider.InputFile;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchLedgerTest {
  private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");
  private static final BatchEntry PLANNED = BatchEntry.unwanted(1, NOW);

  @TempDir Path temp;
  private RunFolder run;
  private BatchLedger ledger;

  @BeforeEach
  void aLedgerIsThere() {
    run = new RunFolder(temp + "/job/r1");
    ledger = BatchLedger.of(run);
  }

  @Test
  void tracksAChunkOnce() throws IOException {
    assertThat(ledger.read("c1")).isEmpty();
    Tracked created = ledger.create("c1", PLANNED).orElseThrow();

    assertThat(created).isEqualTo(new Tracked("c1", 1, PLANNED));
    assertThat(ledger.create("c1", PLANNED)).isEmpty();
    assertThat(ledger.read("c1")).contains(created);
    assertThat(temp.resolve("job/r1/ledger/c1/1.json")).exists();
  }

  @Test
  void movesAChunkOnUnlessAnotherHas() throws IOException {
    Tracked planned = ledger.create("c1", PLANNED).orElseThrow();
    Tracked submitting =
        ledger.advance(planned, planned.entry().submitting("me", NOW)).orElseThrow();

    assertThat(submitting.version()).isEqualTo(2);
    assertThat(ledger.advance(planned, planned.entry().submitting("you", NOW))).isEmpty();
    assertThat(ledger.read("c1")).contains(submitting);
  }

  @Test
  void readsAllChunks() throws IOException {
    Tracked one = ledger.create("c1", PLANNED).orElseThrow();
    Tracked two = ledger.create("c2", PLANNED.submitting("me", NOW)).orElseThrow();

    assertThat(ledger.readAll()).isEqualTo(Map.of("c1", one, "c2", two));
  }

  @Test
  void readsAheadOnceForEachChunkThatIsAskedFor() throws IOException {
    Tracked one = ledger.create("c1", PLANNED).orElseThrow();
    Tracked two = ledger.create("c2", PLANNED).orElseThrow();
    ledger.readAhead(List.of("c1", "c9"));
    BatchLedger another = BatchLedger.of(run);
    Tracked moved = another.advance(one, PLANNED.submitting("you", NOW)).orElseThrow();
    Tracked movedToo = another.advance(two, PLANNED.submitting("you", NOW)).orElseThrow();

    assertThat(ledger.read("c1")).as("as it was read ahead").contains(one);
    assertThat(ledger.read("c1")).as("read anew").contains(moved);
    assertThat(ledger.read("c2")).as("not read ahead").contains(movedToo);
    assertThat(ledger.read("c9")).isEmpty();
    assertThat(ledger.advance(one, PLANNED.submitting("me", NOW))).isEmpty();
  }

  @Test
  void isCancelledPermanently() throws IOException {
    assertThat(ledger.isCancelled()).isFalse();

    ledger.cancel(NOW);
    ledger.cancel(NOW.plusSeconds(1));

    assertThat(BatchLedger.of(run).isCancelled()).isTrue();
    assertThat(temp.resolve("job/r1/run/cancelled/1.json")).hasContent("\"2026-01-31T12:00:00Z\"");
  }

  @Test
  void readsEntriesOfLedgersThatKnewLess() throws IOException {
    Path folder = Files.createDirectories(temp.resolve("job/r1/ledger/c1"));
    Files.writeString(
        folder.resolve("1.json"),
        """
        {"state":"SUBMITTED","fileId":"f","uploaded":5,"owner":"o","since":7,"batchId":"b","end":null}
        """);

    BatchEntry entry = ledger.read("c1").orElseThrow().entry();

    assertThat(entry.state()).isEqualTo(State.SUBMITTED);
    assertThat(entry.times()).isEqualTo(new BatchEntry.Times(7, null, null, null, null, null));
    assertThat(entry.lostInputs()).isZero();
  }

  @Test
  void knowsWhenAnInputWasUploadedByTheProvidersClock() {
    InputFile file = new InputFile("f1", "in.jsonl", NOW.minusSeconds(2));

    BatchEntry entry = BatchEntry.planned(file, NOW);

    assertThat(entry.fileId()).isEqualTo("f1");
    assertThat(entry.uploaded()).isEqualTo(NOW.minusSeconds(2).toEpochMilli());
    assertThat(entry.since()).isEqualTo(NOW.toEpochMilli());
    assertThat(entry.times().planned()).isEqualTo(NOW.toEpochMilli());
  }
}
