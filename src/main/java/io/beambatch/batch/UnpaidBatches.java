package io.beambatch.batch;

import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ResultLine;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Recognises batches for which the account had no credit at all, by their results. Such a batch did
 * nothing and cost nothing: its chunk gets another once there is credit, and never adopts this one
 * again.
 */
final class UnpaidBatches {
  private final ResultPeek peek;
  private final Map<String, Optional<ResultLine>> known = new HashMap<>();

  UnpaidBatches(CoordinatorContext context) {
    this.peek = new ResultPeek(context);
  }

  boolean contains(Batch batch) throws ProviderException {
    return why(batch) != null;
  }

  /** The first result, which says so; null for any other batch. */
  @Nullable ResultLine why(Batch batch) throws ProviderException {
    boolean possible =
        batch.status() == BatchStatus.COMPLETED
            && batch.completed() == 0
            && batch.failed() > 0
            && batch.hasAllResults();
    if (!possible) {
      return null;
    }
    Optional<ResultLine> line = known.get(batch.id());
    if (line == null) {
      line = Optional.ofNullable(peek.outOfFunds(batch));
      known.put(batch.id(), line);
    }
    return line.orElse(null);
  }
}
