package io.beambatch.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.beambatch.BatchPipeline;
import io.beambatch.Preflight;
import io.beambatch.chunk.Plan;
import io.beambatch.chunk.PlanCheck;
import io.beambatch.chunk.PlanStore;
import io.beambatch.cost.Money;
import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import io.beambatch.job.Job;
import io.beambatch.run.Budget;
import io.beambatch.run.Estimate;
import io.beambatch.run.Report;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.apache.beam.sdk.Pipeline;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code plan}: what a run would do and cost. */
@Command(
    name = "plan",
    description =
        "Reads and packs everything, prints documents, batches, waves, bytes, tokens and cost, and sends"
            + " nothing.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class PlanCommand implements Callable<Integer> {
  @Mixin private JobOptions options;

  @Option(names = "--json", description = "Prints JSON.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    Job job = options.readJob();
    if (job.source().isConsumed()) {
      throw new IllegalArgumentException(
          "plan: a subscription never comes to an end, and a message that is read is taken from it;"
              + " estimate with a file of such messages, one a line: --set"
              + " 'source={type: jsonl, path: messages.jsonl}'");
    }
    RunFolder scratch = RunFolder.of(options.staging(), job.name(), "plan-" + UUID.randomUUID());
    try {
      Estimate estimate = Estimate.of(job, plan(job, scratch));
      PrintWriter out = spec.commandLine().getOut();
      if (json) {
        out.println(
            JsonMapper.builder()
                .build()
                .writerWithDefaultPrettyPrinter()
                .writeValueAsString(estimate));
      } else {
        print(estimate, out);
      }
      out.flush();
      return exitCode(job, estimate);
    } finally {
      Storage.deleteFolder(scratch.path());
    }
  }

  /** Ends as a run would that fails by what is known already. */
  private static int exitCode(Job job, Estimate estimate) {
    Optional<UserException> refusal = Budget.refusal(job, estimate, "a run would");
    if (refusal.isPresent()) {
      throw refusal.get();
    }
    Optional<String> excess =
        Report.excess(job, estimate.documents(), estimate.requests(), estimate.failures());
    if (excess.isPresent()) {
      throw new UserException(
          estimate.requests() == 0
              ? "a run would answer nothing: none of the documents can be sent"
              : "a run would end with " + ExitCode.TOO_MANY_FAILED + ": " + excess.get(),
          ExitCode.TOO_MANY_FAILED);
    }
    return ExitCode.DONE;
  }

  private Plan plan(Job job, RunFolder scratch) throws IOException {
    Preflight preflight = new Preflight(job, options.beam());
    preflight.check(scratch, false);
    preflight.keepSchema(scratch);
    Pipeline pipeline = Pipeline.create(options.beam());
    new BatchPipeline(job.withoutWatch(), scratch, PlanCheck.NONE).plan(pipeline);
    pipeline.run().waitUntilFinish();
    return PlanStore.of(scratch)
        .read("a1")
        .orElseThrow(() -> new IllegalStateException("the runner ended without a plan"));
  }

  private static void print(Estimate estimate, PrintWriter out) {
    line(out, "documents", Summary.number(estimate.documents()));
    out.print(Summary.failures(estimate.failed(), estimate.causes()));
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
