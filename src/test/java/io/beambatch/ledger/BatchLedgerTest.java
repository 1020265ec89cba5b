package io.beambatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.ledger.BatchEntry.State;
import io.beambatch.ledger.BatchLedger.Tracked;
import io.beambatch.provider.InputFile;
import io.beambatch.provider.Recipient;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchLedgerTest {
  private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

  @TempDir Path temp;
  private final BatchEntry unsent = BatchEntry.unwanted(1, NOW);
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
    Tracked created = ledger.create("c1", unsent).orElseThrow();

    assertThat(created).isEqualTo(new Tracked("c1", 1, unsent));
    assertThat(ledger.create("c1", unsent)).isEmpty();
    assertThat(ledger.read("c1")).contains(created);
    assertThat(temp.resolve("job/r1/ledger/c1/1.json")).exists();
  }

  @Test
  void movesAChunkOnUnlessAnotherHas() throws IOException {
    Tracked planned = ledger.create("c1", unsent).orElseThrow();
    Tracked submitting =
        ledger.advance(planned, planned.entry().submitting("me", NOW)).orElseThrow();

    assertThat(submitting.version()).isEqualTo(2);
    assertThat(ledger.advance(planned, planned.entry().submitting("you", NOW))).isEmpty();
    assertThat(ledger.read("c1")).contains(submitting);
  }

  @Test
  void readsAllChunks() throws IOException {
    Tracked one = ledger.create("c1", unsent).orElseThrow();
    Tracked two = ledger.create("c2", unsent.submitting("me", NOW)).orElseThrow();

    assertThat(ledger.readAll()).isEqualTo(Map.of("c1", one, "c2", two));
  }

  @Test
  void readsAheadOnceForEachChunkThatIsAskedFor() throws IOException {
    Tracked one = ledger.create("c1", unsent).orElseThrow();
    Tracked two = ledger.create("c2", unsent).orElseThrow();
    ledger.readAhead(List.of("c1", "c9"));
    BatchLedger another = BatchLedger.of(run);
    Tracked moved = another.advance(one, unsent.submitting("you", NOW)).orElseThrow();
    Tracked movedToo = another.advance(two, unsent.submitting("you", NOW)).orElseThrow();

    assertThat(ledger.read("c1")).as("as it was read ahead").contains(one);
    assertThat(ledger.read("c1")).as("read anew").contains(moved);
    assertThat(ledger.read("c2")).as("not read ahead").contains(movedToo);
    assertThat(ledger.read("c9")).isEmpty();
    assertThat(ledger.advance(one, unsent.submitting("me", NOW))).isEmpty();
  }

  @Test
  void knowsWhichChunksItHas() throws IOException {
    Tracked one = ledger.create("c1", unsent).orElseThrow();

    assertThat(ledger.has("c1")).isTrue();
    assertThat(ledger.has("c2")).isFalse();
    ledger.readAhead(List.of("c1"));
    BatchLedger.of(run).advance(one, unsent.submitting("you", NOW));
    assertThat(ledger.has("c1")).isTrue();
    assertThat(ledger.read("c1")).as("still as it was read ahead").contains(one);
  }

  @Test
  void knowsWhetherAnythingWasSent() throws IOException {
    assertThat(ledger.isAnythingSent()).isFalse();
    ledger.create("c1", unsent);
    assertThat(ledger.isAnythingSent()).as("no input, no batch").isFalse();
    ledger.create("c2", unsent.submitted("b1", NOW));
    assertThat(ledger.isAnythingSent()).as("a batch").isTrue();
  }

  @Test
  void countsAnUploadedInputAsSent() throws IOException {
    ledger.create("c1", BatchEntry.planned(new InputFile("f1", "in.jsonl", NOW), NOW));

    assertThat(ledger.isAnythingSent()).isTrue();
  }

  @Test
  void isSentToOneRecipientUnlessItIsKnownToHaveChanged() throws IOException {
    Recipient first = new Recipient("api.example.com", "a1", null, null, null);
    Recipient second = new Recipient("other.example.com", "a2", null, null, null);

    assertThat(ledger.recipient()).isEmpty();
    assertThat(ledger.sendTo(Optional.empty(), first)).isTrue();
    assertThat(ledger.sendTo(Optional.empty(), second)).as("known by now").isFalse();
    Optional<Records.Version<Recipient>> known = ledger.recipient();
    assertThat(known.orElseThrow().value()).isEqualTo(first);
    assertThat(ledger.sendTo(known, second)).isTrue();
    assertThat(ledger.sendTo(known, first)).as("changed meanwhile").isFalse();
    assertThat(ledger.recipient().orElseThrow().value()).isEqualTo(second);
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
