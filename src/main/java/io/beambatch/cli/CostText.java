package io.beambatch.cli;

import io.beambatch.cost.Money;
import io.beambatch.run.Estimate;

/** Describes in a sentence what a plan will cost. */
final class CostText {
  private CostText() {}

  static String of(Estimate estimate, int attempt) {
    String what =
        Summary.count(estimate.requests(), "request")
            + " in "
            + Summary.count(estimate.batches(), "batch");
    return (attempt == 1 ? "Will cost " : "Attempt " + attempt + " will cost ")
        + cost(estimate)
        + ": "
        + what
        + (estimate.known() == 0
            ? ""
            : "; "
                + Summary.count(estimate.known(), "answer")
                + (estimate.known() == 1 ? " is known" : " are known"));
  }

  private static String cost(Estimate estimate) {
    if (estimate.costUsd() == null || estimate.costRealtimeUsd() == null) {
      return "what is not known, since there is no price for "
          + estimate.model()
          + " (set prices: in the job file)";
    }
    Money.Comparison costs = Money.compare(estimate.costUsd(), estimate.costRealtimeUsd());
    String amounts = costs.batch() + " by batch (" + costs.realTime() + " in real time)";
    if (estimate.maxCompletionTokens() == null) {
      return amounts + " for the prompts, and more for the answers, which have no limit";
    }
    return (costs.batch().startsWith("under") ? amounts : "up to " + amounts)
        + (estimate.costCachedUsd() == null
            ? ""
            : ", " + Money.about(estimate.costCachedUsd()) + " with the prefix cached");
  }
}
