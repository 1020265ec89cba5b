package io.beambatch.batch;

import static io.beambatch.batch.ListedBatches.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.job.RequestSpec;
import io.beambatch.job.SmallJob;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.Capabilities.OrphanSearch;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What counts against the limits on what is in flight. */
class InFlightUsageTest {
  private static final RequestSpec REQUEST = SmallJob.of().inference().request();
  private static final String ENDPOINT = REQUEST.endpoint();
  private static final Instant OLDEST = NOW.minus(Duration.ofHours(26));

  private final ListedBatches provider = new ListedBatches(OrphanSearch.METADATA);

  @Test
  void batchesOfTheModelCountAsTheirMetadataSay() throws Exception {
    provider.add(
        batch("b1", BatchStatus.IN_PROGRESS, NOW, ours("m", "100", "10")),
        batch("b2", BatchStatus.VALIDATING, OLDEST, ours("m", "7", "3")),
        batch("other model", BatchStatus.IN_PROGRESS, NOW, ours("n", "1000", "1000")),
        batch("ended", BatchStatus.COMPLETED, NOW, ours("m", "1000", "1000")),
        batch("expired", BatchStatus.IN_PROGRESS, OLDEST.minusMillis(1), ours("m", "1000", "1000")),
        batch("our own", BatchStatus.IN_PROGRESS, NOW, ours("m", "1000", "1000")));

    assertThat(usage()).isEqualTo(new InFlightUsage(107, 13));
  }

  @Test
  void requestsOfOtherProgramsCountWhereTheyAreOfTheSameEndpoint() throws Exception {
    provider.add(
        batch("b1", BatchStatus.IN_PROGRESS, NOW, Map.of()),
        new Batch(
            "b2",
            BatchStatus.IN_PROGRESS,
            "/v1/embeddings",
            "f",
            null,
            null,
            NOW,
            50,
            0,
            0,
            List.of(),
            Map.of()));

    assertThat(usage()).isEqualTo(new InFlightUsage(0, 40));
  }

  @Test
  void numbersThatAreNoneCountNothing() throws Exception {
    provider.add(
        batch("b1", BatchStatus.IN_PROGRESS, NOW, ours("m", "-5", "1e3")),
        batch("b2", BatchStatus.IN_PROGRESS, NOW, Map.of("beambatch_model", "m")));

    assertThat(usage()).isEqualTo(InFlightUsage.NONE);
  }

  @Test
  void sumsStayBelowTheLargestNumber() {
    InFlightUsage most = new InFlightUsage(Long.MAX_VALUE - 5, 1);

    assertThat(most.plus(new InFlightUsage(5, 2))).isEqualTo(new InFlightUsage(Long.MAX_VALUE, 3));
    assertThat(most.plus(new InFlightUsage(6, Long.MAX_VALUE)))
        .isEqualTo(new InFlightUsage(Long.MAX_VALUE, Long.MAX_VALUE));
  }

  @Test
  void batchHasExpiredTwoHoursAfterItsTime() {
    assertThat(InFlightUsage.horizon(provider.capabilities())).isEqualTo(Duration.ofHours(26));
  }

  private InFlightUsage usage() throws Exception {
    return InFlightUsage.ofOthers(
        provider.listing(), batch -> batch.id().equals("our own"), REQUEST, OLDEST);
  }

  private static Map<String, String> ours(String model, String tokens, String requests) {
    return Map.of(
        "beambatch_model", model, "beambatch_tokens", tokens, "beambatch_requests", requests);
  }

  private static Batch batch(
      String id, BatchStatus status, Instant created, Map<String, String> metadata) {
    return new Batch(id, status, ENDPOINT, "f", null, null, created, 40, 0, 0, List.of(), metadata);
  }
}
