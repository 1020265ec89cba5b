package io.beambatch.batch;

import static io.beambatch.batch.ListedBatches.NOW;
import static io.beambatch.batch.ListedBatches.RUN;
import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.ledger.BatchLedger;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.Capabilities.OrphanSearch;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which batches did nothing for want of credit. */
class UnpaidBatchesTest {
  private static final String NO_CREDIT = line("insufficient_quota");

  private final ListedBatches provider = new ListedBatches(OrphanSearch.METADATA);
  private final UnpaidBatches unpaid =
      new UnpaidBatches(
          new CoordinatorContext(
              TestSettings.of(RUN),
              provider,
              new BatchLedger(new TroubledStore(new HashMap<>(), null)),
              Clock.fixed(NOW, ZoneOffset.UTC)));

  @Test
  void firstResultTellsAndIsReadOnce() throws Exception {
    provider.result("err", NO_CREDIT, line("bad"));

    for (int time = 1; time <= 2; time++) {
      assertThat(unpaid.contains(batch(BatchStatus.COMPLETED, 0, 40, null, "err"))).isTrue();
      assertThat(unpaid.why(batch(BatchStatus.COMPLETED, 0, 40, null, "err")).errorMessage())
          .isEqualTo("It did not work");
    }
    assertThat(provider.read).containsExactly("err");
  }

  @Test
  void fileOfAllResultsIsReadWhereThereIsNoOther() throws Exception {
    provider.result("out", NO_CREDIT);

    assertThat(
            unpaid.contains(
                new Batch(
                    "b1",
                    BatchStatus.COMPLETED,
                    "",
                    "",
                    "out",
                    null,
                    NOW,
                    1,
                    0,
                    1,
                    List.of(),
                    Map.of(),
                    true)))
        .isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "COMPLETED, 1, 39, err",
    "COMPLETED, 0, 0,  err",
    "EXPIRED,   0, 40, err",
    "COMPLETED, 0, 40,",
  })
  void batchThatMayHaveCostSomethingIsNotAsked(
      BatchStatus status, long completed, long failed, String errorFile) throws Exception {
    provider.result("err", NO_CREDIT);

    assertThat(unpaid.contains(batch(status, completed, failed, null, errorFile))).isFalse();
    assertThat(provider.read).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[[[", "bad"})
  void batchWithAnotherFirstResultIsPaid(String first) throws Exception {
    provider.result("err", first.equals("bad") ? line(first) : first, NO_CREDIT);

    assertThat(unpaid.contains(batch(BatchStatus.COMPLETED, 0, 40, null, "err"))).isFalse();
  }

  @Test
  void batchWhoseResultsBreakOffIsLeftToTheJoin() throws Exception {
    provider.breakingOff("err");

    assertThat(unpaid.contains(batch(BatchStatus.COMPLETED, 0, 40, null, "err"))).isFalse();
  }

  private static Batch batch(
      BatchStatus status, long completed, long failed, String output, String errors) {
    return new Batch(
        "b1", status, "", "f1", output, errors, NOW, 40, completed, failed, List.of(), Map.of());
  }

  private static String line(String code) {
    return """
    {"custom_id":"p0-0","response":{"status_code":429,"body":{"error":\
    {"code":"%s","message":"It did not work"}}},"error":null}"""
        .formatted(code);
  }
}
