package io.beambatch.cli;

import io.beambatch.cost.Money;
import io.beambatch.run.CanaryVerdict;
import io.beambatch.run.Projection;
import io.beambatch.run.Run;
import java.math.BigDecimal;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Formats what a canary has shown as a table, for {@code plan}. */
final class CanaryText {
  private final StringBuilder text = new StringBuilder();

  private CanaryText() {}

  /** A table with what the whole run would come to. */
  static String of(CanaryVerdict verdict, Run run) {
    Projection projection = verdict.projection();
    CanaryText table = new CanaryText();
    table.line("run", run.identity().job() + " " + run.name());
    table.line("sample", Summary.number(projection.sample()) + " requests");
    table.line("failed", Summary.number(sum(projection)));
    projection
        .failed()
        .forEach((reason, count) -> table.line("  " + reason, Summary.number(count)));
    if (projection.settled() < projection.sample()) {
      table.line("to be sent again", Summary.number(projection.sample() - projection.settled()));
    }
    table.line("whole run", Summary.number(projection.requests()) + " requests");
    table.tokens("prompt tokens", projection.promptTokens());
    table.tokens("  cached", projection.cachedTokens());
    table.tokens("completion tokens", projection.completionTokens());
    table.tokens("  reasoning", projection.reasoningTokens());
    table.line("cost by batch", cost(projection));
    return table.text.toString();
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
    return "about "
        + Money.show(projection.costUsd())
        + (low == null || high == null
            ? ""
            : ", with 95% confidence " + Money.show(low) + " to " + Money.show(high));
  }

  private void tokens(String name, @Nullable Long tokens) {
    line(name, tokens == null ? "unknown" : "about " + Summary.number(tokens));
  }

  private void line(String name, String value) {
    text.append(String.format(Locale.ROOT, "%-18s %s%n", name, value));
  }
}
