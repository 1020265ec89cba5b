package io.beambatch.batch;

import static io.beambatch.batch.ListedBatches.batch;
import static io.beambatch.batch.ListedBatches.ended;
import static io.beambatch.batch.ListedBatches.keyed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.batch.BatchListing.Depth;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.Capabilities.OrphanSearch;
import io.beambatch.provider.InputFile;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How far the list of batches is read, and which of them is a chunk's. */
class BatchListingTest {
  private static final Instant NOW = CoordinatorFixture.START;
  private static final RunIdentity RUN = ListedBatches.RUN;

  private final ListedBatches pages = new ListedBatches(OrphanSearch.METADATA);

  @Test
  void readsOnUntilTheRestIsOlderThanTheHorizon() throws Exception {
    pages.add(batch("b3", 0), batch("b2", 1)).add(batch("b1", 2)).add(batch("b0", 3));

    BatchListing all = read(Set.of("b3"), 10, Depth.TO_HORIZON);
    assertThat(all.all()).hasSize(4);
    assertThat(pages.asked).containsExactly(null, "b2", "b1");

    assertThat(read(Set.of(), 2, Depth.TO_HORIZON).all())
        .as("a batch of the horizon itself may have others of the same second after it")
        .hasSize(4);
    assertThat(read(Set.of(), 1, Depth.TO_HORIZON).all())
        .extracting(Batch::id)
        .doesNotContain("b0");
    assertThat(all.byId("b1").createdAt()).isEqualTo(NOW.minus(Duration.ofMinutes(2)));
    assertThat(all.byId("b9")).isNull();
  }

  @Test
  void readsNoMoreOnceAllThatAreWantedAreFoundUnlessAllHaveEnded() throws Exception {
    pages.add(batch("b3", 0), ended("b2", 1)).add(batch("b1", 2)).add(batch("b0", 3));

    assertThat(read(Set.of("b3", "b2"), 10, Depth.AS_NEEDED).all()).hasSize(2);
    assertThat(read(Set.of("b3", "b1"), 10, Depth.AS_NEEDED).all()).hasSize(3);
    assertThat(read(Set.of("b2"), 10, Depth.AS_NEEDED).all())
        .as("perhaps for the last time")
        .hasSize(4);
    assertThat(read(Set.of("b3", "b2"), 10, Depth.TO_HORIZON).all()).hasSize(4);
  }

  @Test
  void endsWithAnEmptyPageWhateverItSays() throws Exception {
    pages.add(batch("b1", 0)).add().add(batch("b0", 1));

    assertThat(read(Set.of(), 10, Depth.TO_HORIZON).all()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {404, 405, 501})
  void saysThatTheServerHasNoList(int status) {
    pages.failure = CoordinatorFixture.failure(Kind.INVALID_REQUEST, status, null);

    assertThatThrownBy(() -> read(Set.of(), 10, Depth.TO_HORIZON))
        .isInstanceOf(BatchException.class)
        .hasMessageContaining("the server has no list of batches");
  }

  @Test
  void laterPageThatIsMissingIsAnErrorOfTheProvider() {
    pages.add(batch("b1", 0)).add(batch("b0", 1));
    pages.failureOfLaterPage = CoordinatorFixture.failure(Kind.NOT_FOUND, 404, null);

    assertThatThrownBy(() -> read(Set.of(), 10, Depth.TO_HORIZON))
        .isSameAs(pages.failureOfLaterPage);
  }

  @Test
  void firstPageThatIsRefusedIsAnErrorOfTheProvider() {
    pages.failure = CoordinatorFixture.failure(Kind.UNAUTHORIZED, 401, null);

    assertThatThrownBy(() -> read(Set.of(), 10, Depth.TO_HORIZON)).isSameAs(pages.failure);
  }

  @ParameterizedTest
  @CsvSource({
    "IN_PROGRESS, 1, IN_PROGRESS, 0, older",
    "IN_PROGRESS, 0, IN_PROGRESS, 1, newer",
    "CANCELLED,   1, IN_PROGRESS, 0, newer",
    "IN_PROGRESS, 0, CANCELLING,  1, older",
    "CANCELLING,  1, COMPLETED,   0, newer",
    "CANCELLED,   1, CANCELLING,  0, older",
  })
  void ofTwoBatchesOfAChunkTheOneThatRunsAndThenTheOlderIsItsOwn(
      BatchStatus first, int firstAge, BatchStatus second, int secondAge, String expected)
      throws Exception {
    pages.add(keyed("newer", second, secondAge, "f1"), keyed("older", first, firstAge, "f1"));

    assertThat(ofChunk(read(Set.of(), 10, Depth.TO_HORIZON)).id()).isEqualTo(expected);
  }

  @Test
  void failedBatchIsNobodysUnlessItHasResults() throws Exception {
    pages.add(keyed("b1", BatchStatus.FAILED, 0, "f1"));
    assertThat(ofChunk(read(Set.of(), 10, Depth.TO_HORIZON))).isNull();

    pages.clear();
    pages.add(
        new Batch(
            "b2",
            BatchStatus.FAILED,
            SimulatedServer.ENDPOINT,
            "f1",
            "out",
            null,
            NOW,
            1,
            1,
            0,
            List.of(),
            Map.of(Batch.KEY, RUN.key("a1-c0"))));
    assertThat(ofChunk(read(Set.of(), 10, Depth.TO_HORIZON)).id()).isEqualTo("b2");
  }

  @Test
  void batchOfAnotherInputIsNotTheChunks() throws Exception {
    pages.add(keyed("b1", BatchStatus.IN_PROGRESS, 0, "f9"));

    assertThat(ofChunk(read(Set.of(), 10, Depth.TO_HORIZON))).isNull();
  }

  @Test
  void batchThatIsExcludedIsNobodysButStillInTheList() throws Exception {
    Batch first = keyed("b1", BatchStatus.COMPLETED, 1, "f1");
    pages.add(batch("b3", 0), keyed("b2", BatchStatus.COMPLETED, 0, "f1"), first);
    BatchListing listing = read(Set.of(), 10, Depth.TO_HORIZON);

    listing.exclude(first);
    listing.exclude(batch("b3", 0));

    assertThat(ofChunk(listing).id()).isEqualTo("b2");
    assertThat(listing.byId("b1")).isNotNull();
  }

  private BatchListing read(Set<String> wanted, int minutes, Depth depth) throws ProviderException {
    pages.asked.clear();
    return BatchListing.read(pages, wanted, NOW.minus(Duration.ofMinutes(minutes)), depth);
  }

  private static @Nullable Batch ofChunk(BatchListing listing) throws Exception {
    BatchLedger ledger = new BatchLedger(new TroubledStore(new HashMap<>(), null));
    ledger.create("a1-c0", BatchEntry.planned(new InputFile("f1", "in.jsonl", NOW), NOW));
    TrackedChunk chunk =
        new TrackedChunk(CoordinatorFixture.chunk(0, 60), ledger, WaitPolicy.UNTIL_ENDED, NOW);
    return listing.ofChunk(
        chunk, new BatchMark(OrphanSearch.METADATA, RUN, SimulatedServer.ENDPOINT));
  }
}
