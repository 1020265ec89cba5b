package io.beambatch.cli;

import io.beambatch.BatchPipeline;
import io.beambatch.Preflight;
import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Part;
import io.beambatch.chunk.Plan;
import io.beambatch.chunk.PlanCheck;
import io.beambatch.chunk.PlanStore;
import io.beambatch.chunk.SentLines;
import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import io.beambatch.job.Job;
import io.beambatch.run.Budget;
import io.beambatch.run.Estimate;
import io.beambatch.run.Report;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.beam.sdk.Pipeline;
import picocli.CommandLine.Model.CommandSpec;

/**
 * A plan in a temporary folder that is deleted with it: what a run would send, for the commands
 * that only show it. Everything is read, rendered and packed, and nothing is sent.
 */
final class ScratchPlan implements AutoCloseable {
  private final Job job;
  private final RunFolder folder;
  private final Plan plan;

  private ScratchPlan(Job job, RunFolder folder, Plan plan) {
    this.job = job;
    this.folder = folder;
    this.plan = plan;
  }

  /**
   * Plans a job.
   *
   * @param spec the command that asks
   * @throws IOException if the source or a destination isn't as the job says
   */
  static ScratchPlan of(Job job, JobOptions options, CommandSpec spec) throws IOException {
    String command = spec.name();
    if (job.source().isConsumed()) {
      throw new IllegalArgumentException(
          command
              + ": a subscription never ends, and a message that is read is taken from"
              + " it; use a file of such messages, one a line: --set"
              + " 'source={type: jsonl, path: messages.jsonl}'");
    }
    RunFolder scratch =
        RunFolder.of(options.staging(), job.name(), command + "-" + UUID.randomUUID());
    try (StandardInput input = StandardInput.of(job, options, spec)) {
      input.stage(scratch);
      return new ScratchPlan(job, scratch, plan(job, options, scratch));
    } catch (Throwable e) {
      Storage.deleteFolder(scratch.path());
      throw e;
    }
  }

  private static Plan plan(Job job, JobOptions options, RunFolder scratch) throws IOException {
    Preflight preflight = new Preflight(job, options.beam());
    preflight.check(scratch, false);
    preflight.keepSchema(scratch);
    Pipeline pipeline = Pipeline.create(options.beam());
    new BatchPipeline(job.planned(), scratch, PlanCheck.NONE).plan(pipeline);
    pipeline.run().waitUntilFinish();
    return PlanStore.of(scratch)
        .read("a1")
        .orElseThrow(() -> new IllegalStateException("the runner ended without a plan"));
  }

  /** Its estimated cost. */
  Estimate estimate() {
    return Estimate.of(job, plan);
  }

  /** The first requests, as the lines that would be uploaded; at most this many. */
  List<String> firstRequests(int most) throws IOException {
    List<String> requests = new ArrayList<>();
    for (Chunk chunk : plan.chunks()) {
      for (Part part : chunk.parts()) {
        if (requests.size() >= most) {
          return requests;
        }
        try (BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(SentLines.open(part, folder), StandardCharsets.UTF_8))) {
          lines.lines().limit(most - requests.size()).forEach(requests::add);
        }
      }
    }
    return requests;
  }

  /**
   * Fails as a run would, if that is certain already.
   *
   * @throws UserException if it would
   */
  static void refuse(Job job, Estimate estimate) {
    Optional<UserException> refusal = Budget.refusal(job, estimate, "a run would");
    if (refusal.isPresent()) {
      throw refusal.get();
    }
    Optional<String> excess =
        Report.excess(
            job,
            estimate.documents(),
            estimate.requests() + estimate.reused(),
            estimate.failures());
    if (excess.isPresent()) {
      throw new UserException(
          estimate.requests() + estimate.reused() == 0
              ? "a run would answer nothing: none of the documents can be sent"
              : "a run would end with " + ExitCode.TOO_MANY_FAILED + ": " + excess.get(),
          ExitCode.TOO_MANY_FAILED);
    }
  }

  @Override
  public void close() throws IOException {
    Storage.deleteFolder(folder.path());
  }
}
