package io.beambatch.run;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.beambatch.cost.Money;
import io.beambatch.job.CanarySpec;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The verdict on the canary of a run: what it has shown, and whether the rest may be sent. {@link
 * Canary} keeps it in the run's folder.
 *
 * @param outside what exceeds the bounds of the job file, one clause each; empty if nothing does
 */
@JsonNaming(SnakeCaseStrategy.class)
public record CanaryVerdict(Projection projection, List<String> outside) {
  private static final String KEY = "canary.stop_if.";

  public CanaryVerdict {
    outside = List.copyOf(outside);
  }

  /** Compares a projection with the bounds. */
  static CanaryVerdict of(Projection projection, CanarySpec bounds) {
    List<String> outside = new ArrayList<>();
    if (projection.settled() == 0 && !bounds.isUnbounded()) {
      outside.add(
          "none of its "
              + projection.sample()
              + " requests was answered or finally failed, so it shows nothing; without"
              + " canary.stop_if the run continues anyway");
      return new CanaryVerdict(projection, outside);
    }
    bounds
        .shares()
        .forEach(
            (reason, most) -> {
              long failed =
                  reason.equals(CanarySpec.FAILED)
                      ? projection.failures()
                      : projection.failed().getOrDefault(reason, 0L);
              if (100.0 * failed > most * projection.settled()) {
                outside.add(
                    (reason.equals(CanarySpec.FAILED) ? "" : reason + ": ")
                        + failed
                        + " of "
                        + projection.settled()
                        + " failed ("
                        + percent(failed, projection.settled())
                        + "), more than "
                        + KEY
                        + reason
                        + " allows ("
                        + BigDecimal.valueOf(most).stripTrailingZeros().toPlainString()
                        + "%)");
              }
            });
    BigDecimal most = bounds.costUsd();
    BigDecimal cost = projection.costUsd();
    if (most != null && cost == null) {
      outside.add("the cost of the run is unknown, but " + KEY + "cost_usd is set");
    } else if (most != null && cost != null && cost.compareTo(most) > 0) {
      outside.add(
          "the run would cost "
              + cost(projection)
              + ", more than "
              + KEY
              + "cost_usd allows ("
              + Money.exact(most)
              + ")");
    }
    return new CanaryVerdict(projection, outside);
  }

  /** Returns whether the rest may be sent. */
  public boolean passed() {
    return outside.isEmpty();
  }

  /** Why the rest is not sent, in a sentence without its end. */
  public String refusal() {
    return "the canary is outside its bounds: "
        + String.join("; ", outside)
        + ". Nothing else was sent, and its answers are kept: the same command continues once"
        + " canary.stop_if allows it";
  }

  /** What the canary has shown, in one line. */
  public String summary() {
    return projection.sample()
        + " requests: "
        + (projection.settled() == 0 ? "-" : percent(projection.failures(), projection.settled()))
        + " failed, cost of the run: "
        + cost(projection);
  }

  private static String cost(Projection projection) {
    BigDecimal low = projection.costUsdLow();
    BigDecimal high = projection.costUsdHigh();
    return projection.costUsd() == null
        ? "unknown"
        : Money.about(projection.costUsd())
            + (low == null || high == null ? "" : " (" + Money.range(low, high) + ")");
  }

  private static String percent(long part, long all) {
    return String.format(Locale.ROOT, "%.1f%%", 100.0 * part / all);
  }
}
