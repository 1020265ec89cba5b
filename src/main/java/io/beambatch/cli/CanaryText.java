package io.beambatch.cli;

import io.beambatch.cost.Money;
import io.beambatch.run.CanaryVerdict;
import io.beambatch.run.Projection;
import io.beambatch.run.Run;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** Formats what a canary has shown as a table, for {@code plan}. */
final class CanaryText {
  private CanaryText() {}

  /** A table with what the whole run would come to. */
  static Facts of(CanaryVerdict verdict, Run run) {
    Projection projection = verdict.projection();
    Facts facts = new Facts();
    facts.add("run", run.identity().job() + " " + run.name());
    facts.add("sample", Summary.number(projection.sample()) + " requests");
    facts.add("failed", Summary.number(sum(projection)));
    projection.failed().forEach((reason, count) -> facts.add("  " + reason, Summary.number(count)));
    if (projection.settled() < projection.sample()) {
      facts.add("to be sent again", Summary.number(projection.sample() - projection.settled()));
    }
    facts.add("whole run", Summary.number(projection.requests()) + " requests");
    facts.add("prompt tokens", tokens(projection.promptTokens()));
    facts.add("  cached", tokens(projection.cachedTokens()));
    facts.add("completion tokens", tokens(projection.completionTokens()));
    facts.add("  reasoning", tokens(projection.reasoningTokens()));
    facts.add("cost by batch", cost(projection));
    return facts;
  }

  private static long sum(Projection projection) {
    return projection.failed().values().stream().mapToLong(Long::longValue).sum();
  }

  private static String cost(Projection projection) {
    BigDecimal low = projection.costUsdLow();
    BigDecimal high = projection.costUsdHigh();
    if (projection.costUsd() == null) {
      return "unknown: no price for the model (set prices: in the job file), or no counts of tokens";
    }
    return Money.about(projection.costUsd())
        + (low == null || high == null ? "" : ", with 95% confidence " + Money.range(low, high));
  }

  private static String tokens(@Nullable Long tokens) {
    return tokens == null ? "unknown" : "about " + Summary.number(tokens);
  }
}
