package io.beambatch.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.cost.Money;
import io.beambatch.error.ExitCode;
import io.beambatch.job.Job;
import io.beambatch.request.PromptCache;
import io.beambatch.run.Estimate;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code plan}: shows what a run would do and cost. */
@Command(
    name = "plan",
    description =
        "Reads and packs everything, prints documents, batches, waves, bytes, tokens and cost, and"
            + " sends nothing.")
final class PlanCommand implements Callable<Integer> {
  @Mixin private JobOptions options;
  @Mixin private TakeOptions takeOptions;
  @Mixin private JsonOption json;

  @Option(
      names = "--compare",
      description = "Also prints what the job would cost with each model whose price is known.")
  private boolean compare;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    Job job = takeOptions.over(options.readJob());
    try (ScratchPlan plan = ScratchPlan.of(job, options, spec)) {
      Estimate estimate = plan.estimate();
      PrintWriter out = spec.commandLine().getOut();
      Optional<PriceComparison> comparison =
          compare ? Optional.of(PriceComparison.of(job, estimate)) : Optional.empty();
      Optional<PromptCache> cache = PromptCache.of(job.inference().request());
      if (json.isGiven()) {
        out.println(json(estimate, comparison, cache));
      } else {
        print(estimate, out);
        cache.ifPresent(kept -> line(out, "prompt cache", kept.words()));
        comparison.ifPresent(prices -> out.print("\n" + prices.table(estimate)));
      }
      out.flush();
      ScratchPlan.refuse(job, estimate);
    }
    return ExitCode.DONE;
  }

  private static String json(
      Estimate estimate, Optional<PriceComparison> comparison, Optional<PromptCache> cache)
      throws IOException {
    ObjectNode plan = JsonOption.MAPPER.valueToTree(estimate);
    cache.ifPresent(
        kept ->
            plan.putObject("prompt_cache")
                .put("prefix_tokens", kept.prefixTokens())
                .put("least_tokens", kept.leastTokens()));
    comparison.ifPresent(
        prices -> plan.set("compare", JsonOption.MAPPER.valueToTree(prices.offers())));
    return JsonOption.text(plan);
  }

  static void print(Estimate estimate, PrintWriter out) {
    line(out, "documents", Summary.number(estimate.documents()));
    out.print(Summary.failures(estimate.failed(), estimate.causes()));
    if (estimate.reused() > 0) {
      line(out, "same as others", Summary.number(estimate.reused()) + " (bought once)");
    }
    line(out, "requests", Summary.number(estimate.requests()));
    line(out, "batches", Summary.number(estimate.batches()));
    line(out, "waves", Summary.number(estimate.waves()));
    line(out, "bytes", Summary.number(estimate.bytes()));
    line(out, "prompt tokens", "about " + Summary.number(estimate.promptTokens()));
    Long completions = estimate.maxCompletionTokens();
    line(
        out,
        "completion tokens",
        completions == null
            ? "unknown: the request sets no limit"
            : "at most " + Summary.number(completions));
    if (estimate.costUsd() == null || estimate.costRealtimeUsd() == null) {
      line(
          out,
          "cost",
          "unknown: no price for " + estimate.model() + " (set prices: in the job file)");
    } else {
      String scope = completions == null ? " (prompts only)" : "";
      Money.Comparison costs = Money.compare(estimate.costUsd(), estimate.costRealtimeUsd());
      line(out, "cost by batch", costs.batch() + scope);
      line(out, "cost in real time", costs.realTime() + scope);
      line(out, "saving", costs.saving());
      line(out, "prices as of", estimate.pricesAsOf());
    }
  }

  private static void line(PrintWriter out, String name, String value) {
    out.printf("%-18s %s%n", name, value);
  }
}
