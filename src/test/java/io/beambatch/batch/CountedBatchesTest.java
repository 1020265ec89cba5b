package io.beambatch.batch;

import static io.beambatch.batch.ListedBatches.NOW;
import static io.beambatch.batch.ListedBatches.RUN;
import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Part;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.Capabilities.OrphanSearch;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whose a batch is that carries neither a key nor a file. */
class CountedBatchesTest {
  private static final Instant BEFORE = NOW.minusSeconds(60);
  private static final String NO_CREDIT =
      "{\"custom_id\":\"p0-0\",\"response\":{\"status_code\":429,\"body\":{\"error\":"
          + "{\"code\":\"insufficient_quota\",\"message\":\"No credit\"}}},\"error\":null}";

  private final ListedBatches provider = new ListedBatches(OrphanSearch.COUNT);
  private final BatchLedger ledger = new BatchLedger(new TroubledStore(new HashMap<>(), null));
  private final TrackedChunks chunks =
      new TrackedChunks(new BatchMark(OrphanSearch.COUNT, RUN, SimulatedServer.ENDPOINT));
  private CountedBatches counts;
  private TrackedChunk chunk;

  @BeforeEach
  void aCreationHasHadNoReply() throws Exception {
    counts = new CountedBatches(context(provider), chunks);
    chunk = track("a1-c0", "p0", planned().submittingAfter(BEFORE, "me", NOW));
  }

  @Test
  void batchWithAResultOfTheChunkIsItsOwn() throws Exception {
    provider
        .add(ended("b1", NOW), ended("b2", NOW.plusSeconds(1)))
        .result("out-b1", id("stranger-0"))
        .result("out-b2", id("p0-7"));

    assertThat(counts.find(chunk, provider.listing()).id()).isEqualTo("b2");
    assertThat(counts.isPending(chunk)).isFalse();
    assertThat(counts.find(chunk, provider.listing()).id()).isEqualTo("b2");
    assertThat(provider.read).as("each once").containsExactly("out-b1", "out-b2");
  }

  @Test
  void oneThatHasNotShownItsResultsIsWaitedFor() throws Exception {
    provider.add(batch("b1", BatchStatus.IN_PROGRESS, NOW, 40, false));

    assertThat(counts.find(chunk, provider.listing())).isNull();
    assertThat(counts.isPending(chunk)).isTrue();

    provider.clear();
    provider.add(batch("b1", BatchStatus.COMPLETED, NOW, 40, false));
    assertThat(counts.find(chunk, provider.listing())).isNull();
    assertThat(counts.isPending(chunk)).as("its results are not all there").isTrue();

    provider.clear();
    provider.add(ended("b1", NOW)).result("out-b1", id("stranger-0"));
    assertThat(counts.find(chunk, provider.listing())).isNull();
    assertThat(counts.isPending(chunk)).as("somebody else's").isFalse();
  }

  @Test
  void foundOneMakesTheOthersOfNoInterest() throws Exception {
    provider
        .add(batch("b1", BatchStatus.IN_PROGRESS, NOW, 40, false), ended("b2", NOW.plusSeconds(1)))
        .result("out-b2", id("p0-0"));

    assertThat(counts.find(chunk, provider.listing()).id()).isEqualTo("b2");
    assertThat(counts.isPending(chunk)).isFalse();
  }

  @Test
  void oldOnesAndThoseOfAnotherSizeAndOfOtherChunksAreNotAsked() throws Exception {
    track("a1-c1", "p1", planned().submitted("b3", NOW));
    provider
        .add(
            ended("b1", BEFORE.minusMillis(1)),
            batch("b2", BatchStatus.COMPLETED, NOW, 39, true),
            ended("b3", NOW),
            ended("b4", BEFORE),
            batch("b5", BatchStatus.COMPLETED, NOW, 0, true))
        .result("out-b4", id("stranger-0"))
        .result("out-b5", id("p0-0"));

    assertThat(counts.find(chunk, provider.listing()).id()).isEqualTo("b5");
    assertThat(provider.read).containsExactly("out-b4", "out-b5");
  }

  @Test
  void batchWithoutAnIdOfARequestIsNotTheChunks() throws Exception {
    provider
        .add(ended("b1", NOW), ended("b2", NOW), ended("b3", NOW))
        .result("out-b1", "{}")
        .result("out-b2", id("p0"))
        .result("out-b3", id("-0"));

    assertThat(counts.find(chunk, provider.listing())).isNull();
    assertThat(counts.isPending(chunk)).isFalse();
    assertThat(provider.read).hasSize(3);
  }

  @Test
  void oneWhoseResultsBreakOffIsAskedAgain() throws Exception {
    provider.add(ended("b1", NOW)).breakingOff("out-b1");
    assertThat(counts.find(chunk, provider.listing())).isNull();
    assertThat(counts.isPending(chunk)).as("it may be the chunk's").isTrue();

    provider.result("out-b1", id("p0-0"));
    assertThat(counts.find(chunk, provider.listing()).id()).isEqualTo("b1");
  }

  @Test
  void batchThatTheAccountHadNoCreditForIsNotTakenAgain() throws Exception {
    provider
        .add(
            new Batch(
                "b1",
                BatchStatus.COMPLETED,
                "",
                "",
                "out-b1",
                null,
                NOW,
                40,
                0,
                40,
                List.of(),
                Map.of(),
                true))
        .result("out-b1", NO_CREDIT);

    assertThat(counts.find(chunk, provider.listing())).isNull();
    assertThat(counts.isPending(chunk)).isFalse();
  }

  @Test
  void newestBatchIsNotedBeforeACreation() throws Exception {
    provider.add();
    assertThat(counts.newest(provider.listing())).isEqualTo(Instant.EPOCH);

    provider.clear();
    provider.add(ended("b1", BEFORE), ended("b2", NOW));
    assertThat(counts.newest(provider.listing())).isEqualTo(NOW);
  }

  @Test
  void nothingIsCountedWhereBatchesHaveAMark() throws Exception {
    ListedBatches marked = new ListedBatches(OrphanSearch.METADATA);
    marked.add(ended("b1", NOW)).result("out-b1", id("p0-0"));
    CountedBatches none = new CountedBatches(context(marked), chunks);

    assertThat(none.newest(marked.listing())).isNull();
    assertThat(none.find(chunk, marked.listing())).isNull();
    assertThat(marked.read).isEmpty();
  }

  private CoordinatorContext context(ListedBatches connection) {
    return new CoordinatorContext(
        TestSettings.of(RUN), connection, ledger, Clock.fixed(NOW, ZoneOffset.UTC));
  }

  private static BatchEntry planned() {
    return BatchEntry.unwanted(NOW.toEpochMilli(), NOW);
  }

  private TrackedChunk track(String id, String part, BatchEntry entry) throws Exception {
    ledger.create(id, entry);
    Chunk planned = new Chunk(id, 1, List.of(new Part(part, 40, 40, 100, 60, Map.of())));
    TrackedChunk tracked = new TrackedChunk(planned, ledger, WaitPolicy.UNTIL_ENDED, NOW);
    chunks.add(tracked);
    return tracked;
  }

  private static String id(String customId) {
    return "{\"custom_id\":\"" + customId + "\"}";
  }

  private static Batch ended(String id, Instant created) {
    return batch(id, BatchStatus.COMPLETED, created, 40, true);
  }

  private static Batch batch(
      String id, BatchStatus status, Instant created, long total, boolean whole) {
    return new Batch(
        id,
        status,
        "",
        "",
        "out-" + id,
        null,
        created,
        total,
        total,
        0,
        List.of(),
        Map.of(),
        whole);
  }
}
