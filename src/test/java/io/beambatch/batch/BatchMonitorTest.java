package io.beambatch.batch;

import static io.beambatch.batch.ListedBatches.batch;
import static io.beambatch.batch.ListedBatches.ended;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.SuppliedProviders;
import io.beambatch.provider.Batch;
import io.beambatch.provider.Capabilities.OrphanSearch;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is read of a run's batches for whoever only looks. */
class BatchMonitorTest {
  private final Shown provider = new Shown();
  private final BatchMonitor monitor =
      new BatchMonitor(TestSettings.of(ListedBatches.RUN), new SuppliedProviders(() -> provider));

  @Test
  void asksOneByOneOnlyForWhatTheListDoesNotShow() {
    provider.add(batch("b3", 0), ended("b2", 1));
    provider.older = batch("b1", 90);

    Map<String, Batch> found = monitor.batches(Set.of("b3", "b2", "b1"));

    assertThat(found.keySet()).containsExactlyInAnyOrder("b3", "b2", "b1");
    assertThat(found.get("b2").status().ended()).isTrue();
    assertThat(provider.single).containsExactly("b1");
    assertThat(provider.closed).isEqualTo(1);
  }

  @Test
  void readsTheListNoFurtherThanTheRunsBeginning() {
    provider.add(batch("b3", 0)).add(batch("b2", 1)).add(batch("b1", 2));

    assertThat(monitor.batches(Set.of("b1"))).isEmpty();

    assertThat(provider.asked).containsExactly(null, "b3");
  }

  @Test
  void leavesOutWhatTheProviderDoesNotKnow() {
    provider.add(batch("b3", 0));

    assertThat(monitor.batches(Set.of("b3", "b9")).keySet()).containsExactly("b3");
  }

  @Test
  void saysWhyItWasRefused() {
    provider.add(batch("b3", 0));
    provider.refusal = CoordinatorFixture.failure(Kind.UNAUTHORIZED, 401, null);

    assertThatThrownBy(() -> monitor.batches(Set.of("b9")))
        .isInstanceOf(BatchException.class)
        .hasMessageContaining("the provider refuses the key")
        .hasCause(provider.refusal);
    assertThat(provider.closed).isEqualTo(1);
  }

  /** Has a list, and a batch that is older than what it shows. */
  private static final class Shown extends ListedBatches {
    private final List<String> single = new ArrayList<>();
    private Batch older = batch("none", 0);
    private ProviderException refusal = CoordinatorFixture.failure(Kind.NOT_FOUND, 404, null);
    private int closed;

    Shown() {
      super(OrphanSearch.METADATA);
    }

    @Override
    public Batch get(String batchId) throws ProviderException {
      single.add(batchId);
      if (!batchId.equals(older.id())) {
        throw refusal;
      }
      return older;
    }

    @Override
    public void close() {
      closed++;
    }
  }
}
