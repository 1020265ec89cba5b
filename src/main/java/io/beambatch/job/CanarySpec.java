package io.beambatch.job;

import java.io.Serializable;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A sample of a run's requests that is bought first, with the bounds within which the rest is sent.
 *
 * @param documents the number of requests in the sample, 1 to {@link #MOST}
 * @param shares the highest percentage of the sample that may fail: by the code of a failure
 *     reason, or for {@link #FAILED}
 * @param costUsd the highest projected cost of the whole run, or null for no limit
 */
public record CanarySpec(int documents, Map<String, Double> shares, @Nullable BigDecimal costUsd)
    implements Serializable {
  /** The largest sample: it is to be one batch. */
  public static final int MOST = 50_000;

  /** Stands for all failure reasons together. */
  public static final String FAILED = "failed";

  public CanarySpec {
    shares = Collections.unmodifiableMap(new TreeMap<>(shares));
  }

  /** Returns whether nothing stops the rest of the run. */
  public boolean isUnbounded() {
    return shares.isEmpty() && costUsd == null;
  }
}
