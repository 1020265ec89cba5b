package io.beambatch.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.cost.Money;
import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import io.beambatch.job.Job;
import io.beambatch.request.PromptCache;
import io.beambatch.run.CanaryVerdict;
import io.beambatch.run.Estimate;
import io.beambatch.run.Run;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code plan}: shows what a run would do and cost. */
@Command(
    name = "plan",
    description =
        "Reads and packs everything, prints documents, batches, waves, bytes, tokens and cost, and"
            + " sends nothing; with --canary, buys a sample.")
final class PlanCommand extends BeginningCommand {
  @Mixin private JsonOption json;

  @Option(
      names = "--canary",
      description =
          "Begins a run, buys only its canary (see canary: in the job file), and prints what the"
              + " whole run would cost. The exit code is 0 within the bounds and 4 outside of them."
              + " The run keeps the answers; run, submit or collect buys the rest.")
  private boolean canary;

  @Option(
      names = "--compare",
      description = "Also prints what the job would cost with each model whose price is known.")
  private boolean compare;

  @Override
  public Integer call() throws Exception {
    Job job = readJob();
    if (canary) {
      return begin(job);
    }
    requireNoneOfARun("--canary");
    try (ScratchPlan plan = ScratchPlan.of(job, options, spec)) {
      Estimate estimate = plan.estimate();
      PrintWriter out = spec.commandLine().getOut();
      Optional<PriceComparison> comparison =
          compare ? Optional.of(PriceComparison.of(job, estimate)) : Optional.empty();
      Optional<PromptCache> cache = PromptCache.of(job.inference().request());
      if (json.isGiven()) {
        out.print(json(estimate, comparison, cache) + "\n");
      } else {
        Facts facts = facts(estimate);
        cache.ifPresent(
            kept ->
                facts.add("prompt cache", kept.description() + (kept.mayKeep() ? first(job) : "")));
        out.print(facts);
        comparison.ifPresent(prices -> prices.print(estimate, out));
      }
      out.flush();
      ScratchPlan.refuse(job, estimate);
    }
    return ExitCode.DONE;
  }

  /** Of {@code --canary} only. */
  @Override
  void check(Job job) {
    if (compare) {
      throw new ParameterException(
          spec.commandLine(), "--compare is an estimate, --canary a purchase: give one of them");
    }
    if (job.inference().canary() == null) {
      throw new ParameterException(
          spec.commandLine(),
          "--canary: the job file has no canary section; add one, or give --set"
              + " canary.documents=200");
    }
  }

  @Override
  int advance(Launch launch, Run run) throws Exception {
    CanaryVerdict verdict = launch.canary(run);
    PrintWriter out = spec.commandLine().getOut();
    out.print(json.isGiven() ? JsonOption.text(verdict) + "\n" : CanaryText.of(verdict, run));
    out.flush();
    if (!verdict.passed()) {
      throw new UserException(verdict.refusal(), ExitCode.OVER_BUDGET);
    }
    return ExitCode.DONE;
  }

  /** What warms the provider's cache. */
  private static String first(Job job) {
    if (job.source().isEndless()) {
      return "; nothing goes first: the source never ends";
    }
    return job.inference().canary() == null
        ? "; one request goes first"
        : "; the canary goes first";
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

  static Facts facts(Estimate estimate) {
    Facts facts = new Facts();
    facts.add("documents", Summary.number(estimate.documents()));
    facts.add(Summary.failures(estimate.failed(), estimate.causes()));
    if (estimate.known() > 0) {
      facts.add("known", Summary.number(estimate.known()) + " (bought by earlier runs)");
    }
    long others = estimate.reused() - estimate.known();
    if (others > 0) {
      facts.add("same as others", Summary.number(others) + " (bought once)");
    }
    facts.add("requests", Summary.number(estimate.requests()));
    facts.add("batches", Summary.number(estimate.batches()));
    facts.add("waves", Summary.number(estimate.waves()));
    facts.add("bytes", Summary.number(estimate.bytes()));
    facts.add("prompt tokens", "about " + Summary.number(estimate.promptTokens()));
    Long completions = estimate.maxCompletionTokens();
    facts.add(
        "completion tokens",
        completions == null
            ? "unknown: the request sets no limit"
            : "at most " + Summary.number(completions));
    if (estimate.costUsd() == null || estimate.costRealtimeUsd() == null) {
      facts.add(
          "cost", "unknown: no price for " + estimate.model() + " (set prices: in the job file)");
    } else {
      String scope = completions == null ? " (prompts only)" : "";
      Money.Comparison costs = Money.compare(estimate.costUsd(), estimate.costRealtimeUsd());
      if (estimate.costCachedUsd() == null) {
        facts.add("cost by batch", costs.batch() + scope);
      } else {
        facts.add("cost by batch", "up to " + costs.batch() + scope);
        facts.add("  prefix cached", Money.about(estimate.costCachedUsd()) + scope);
      }
      facts.add("cost in real time", costs.realTime() + scope);
      facts.add("saving", costs.saving());
      facts.add("prices as of", estimate.pricesAsOf());
    }
    return facts;
  }
}
