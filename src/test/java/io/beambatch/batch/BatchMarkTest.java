package io.beambatch.batch;

import static io.beambatch.batch.ListedBatches.NOW;
import static io.beambatch.batch.ListedBatches.RUN;
import static io.beambatch.batch.ListedBatches.keyed;
import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.Capabilities.OrphanSearch;
import io.beambatch.provider.InputFile;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** By what a batch is known to be a chunk's. */
class BatchMarkTest {
  private static final String ENDPOINT = "/v1/chat/completions";

  @ParameterizedTest
  @EnumSource(
      value = OrphanSearch.class,
      names = {"TOKEN", "OWN_ID", "METADATA", "DISPLAY_NAME"})
  void keyIsTheMarkWhereBatchesHaveOne(OrphanSearch search) throws Exception {
    BatchMark marks = new BatchMark(search, RUN, ENDPOINT);
    Batch ours = keyed("b1", BatchStatus.IN_PROGRESS, 0, "f1");

    assertThat(marks.of(chunk(planned()))).isEqualTo(RUN.key("a1-c0"));
    assertThat(BatchMark.of(ours, search)).isEqualTo(RUN.key("a1-c0"));
    assertThat(marks.chunkOf(ours)).contains("a1-c0");
    assertThat(marks.chunkOf(ListedBatches.batch("b2", 0))).isEmpty();
  }

  @Test
  void inputFileIsTheMarkWhereBatchesShowOnlyThat() throws Exception {
    BatchMark marks = new BatchMark(OrphanSearch.INPUT_FILE, RUN, ENDPOINT);
    Batch ours = keyed("b1", BatchStatus.IN_PROGRESS, 0, "f1");
    assertThat(marks.chunkOf(ours)).as("not tracked yet").isEmpty();

    assertThat(marks.of(chunk(planned()))).isEqualTo("f1");

    assertThat(BatchMark.of(ours, OrphanSearch.INPUT_FILE)).isEqualTo("f1");
    assertThat(marks.chunkOf(ours)).contains("a1-c0");
    Batch without = keyed("b2", BatchStatus.IN_PROGRESS, 0, "");
    assertThat(BatchMark.of(without, OrphanSearch.INPUT_FILE)).isNull();
    assertThat(marks.chunkOf(without)).isEmpty();
    assertThat(marks.of(chunk(planned().withoutFile(NOW)))).isNull();
  }

  @Test
  void batchThatTheLedgerNamesIsKnownWhereNothingElseIsShown() throws Exception {
    BatchMark marks = new BatchMark(OrphanSearch.COUNT, RUN, ENDPOINT);
    Batch ours = keyed("b1", BatchStatus.IN_PROGRESS, 0, "f1");

    assertThat(marks.of(chunk(planned()))).isNull();
    assertThat(marks.chunkOf(ours)).isEmpty();
    assertThat(marks.of(chunk(planned().submitted("b1", NOW)))).isNull();

    assertThat(BatchMark.of(ours, OrphanSearch.COUNT)).isNull();
    assertThat(marks.chunkOf(ours)).contains("a1-c0");
  }

  @ParameterizedTest
  @CsvSource({
    "METADATA,   f1, /v1/chat/completions,                  true",
    "METADATA,   '', /v1/chat/completions,                  true",
    "METADATA,   f9, /v1/chat/completions,                  false",
    "METADATA,   f1, https://host/v1/chat/completions,      true",
    "METADATA,   f1, /chat/completions,                     true",
    "METADATA,   f1, '',                                    true",
    "METADATA,   f1, /v1/embeddings,                        false",
    "INPUT_FILE, f1, /v1/embeddings,                        true",
    "INPUT_FILE, f9, /v1/embeddings,                        false",
  })
  void batchOfAnotherInputOrEndpointIsSomebodyElses(
      OrphanSearch search, String input, String endpoint, boolean ours) {
    BatchMark marks = new BatchMark(search, RUN, ENDPOINT);
    Batch batch =
        new Batch(
            "b1",
            BatchStatus.IN_PROGRESS,
            endpoint,
            input,
            null,
            null,
            NOW,
            1,
            0,
            0,
            List.of(),
            Map.of(Batch.KEY, RUN.key("a1-c0")));

    for (int time = 1; time <= 2; time++) {
      assertThat(marks.isOfThisRun(batch, "a1-c0", planned())).isEqualTo(ours);
    }
  }

  private static BatchEntry planned() {
    return BatchEntry.planned(new InputFile("f1", "in.jsonl", NOW), NOW);
  }

  private static TrackedChunk chunk(BatchEntry entry) throws Exception {
    BatchLedger own = new BatchLedger(new TroubledStore(new HashMap<>(), null));
    own.create("a1-c0", entry);
    return new TrackedChunk(CoordinatorFixture.chunk(0, 60), own, WaitPolicy.UNTIL_ENDED, NOW);
  }
}
