package io.beambatch.run;

import io.beambatch.batch.AwaitedChunk;
import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Part;
import io.beambatch.chunk.Plan;
import io.beambatch.chunk.PlanRetries;
import io.beambatch.chunk.ReusedLines;
import io.beambatch.job.Job;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchEntry.State;
import io.beambatch.result.DuplicateJoins;
import io.beambatch.result.JoinedChunk;
import io.beambatch.result.ResultFile;
import io.beambatch.result.ResultFiles;
import io.beambatch.result.WriteUnsentFailures;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What can be done for a run right now, besides waiting for its batches. A launcher that lives as
 * long as its run launches the graph for just this, so the graph needs neither further attempts nor
 * a waiting step.
 *
 * @param reads whether the source must still be read and planned
 * @param plans plans with chunks to upload, or with failures to write
 * @param ended chunks whose results must be joined
 * @param files files of joined chunks that must be written
 * @param retries to be planned, or null
 * @param reused lines that can get other lines' answers
 */
public record Work(
    boolean reads,
    List<Plan> plans,
    List<AwaitedChunk> ended,
    List<ResultFile> files,
    @Nullable Retries retries,
    List<ReusedLines> reused) {

  /**
   * The requests that an attempt must send again.
   *
   * @param attempt the attempt to plan
   */
  public record Retries(int attempt, List<Part> parts) {
    /** Commits the plan. It needs no pipeline: only the parts' descriptors are packed. */
    public void plan(Job job, RunFolder folder) throws IOException {
      PlanRetries.commit(attempt, parts, job, folder);
    }
  }

  static Work of(RunSnapshot run) {
    List<Plan> plans = new ArrayList<>();
    List<AwaitedChunk> ended = new ArrayList<>();
    List<ResultFile> files = new ArrayList<>();
    for (Plan plan : run.plans()) {
      if ((!run.cancelled() && isToBeUploaded(plan, run)) || hasUnwrittenFailures(plan, run)) {
        plans.add(plan);
      }
      for (Chunk chunk : plan.chunks()) {
        JoinedChunk joined = run.joined().get(chunk.id());
        BatchEntry entry = run.batches().get(chunk.id());
        if (joined != null) {
          addUnwritten(joined, run, files);
        } else if (entry != null && entry.state() == State.ENDED) {
          ended.add(AwaitedChunk.of(chunk, entry));
        }
      }
      for (ReusedLines lines : plan.reused()) {
        addUnwritten(run.joined().get(lines.id()), run, files);
      }
    }
    return new Work(
        run.plans().isEmpty() && !run.cancelled(),
        List.copyOf(plans),
        List.copyOf(ended),
        List.copyOf(files),
        retries(run).orElse(null),
        DuplicateJoins.ready(run.plans(), run.joined()).stream()
            .filter(lines -> !run.joined().containsKey(lines.id()))
            .toList());
  }

  private static void addUnwritten(
      @Nullable JoinedChunk joined, RunSnapshot run, List<ResultFile> files) {
    if (joined != null) {
      ResultFiles.of(joined).stream()
          .filter(file -> !isWritten(file.kind(), file.shard(), run))
          .forEach(files::add);
    }
  }

  /** A chunk in the ledger is handled by the batch coordinator, not here. */
  private static boolean isToBeUploaded(Plan plan, RunSnapshot run) {
    return plan.chunks().stream().anyMatch(chunk -> !run.batches().containsKey(chunk.id()));
  }

  private static boolean hasUnwrittenFailures(Plan plan, RunSnapshot run) {
    return !plan.unsent().isEmpty()
        && !isWritten(ResultFile.Kind.FAILED, WriteUnsentFailures.shard(plan), run);
  }

  private static boolean isWritten(ResultFile.Kind kind, String shard, RunSnapshot run) {
    return run.written().containsKey(MarkWritten.name(kind, shard));
  }

  /** An attempt is planned once, when every chunk of the previous one is joined. */
  private static Optional<Retries> retries(RunSnapshot run) {
    int last = run.plans().stream().mapToInt(Plan::attempt).max().orElse(0);
    if (last >= run.job().inference().retry().attempts()) {
      return Optional.empty();
    }
    List<Part> again = new ArrayList<>();
    for (Plan plan : run.plans()) {
      for (Chunk chunk : plan.attempt() == last ? plan.chunks() : List.<Chunk>of()) {
        JoinedChunk joined = run.joined().get(chunk.id());
        if (joined == null) {
          return Optional.empty();
        }
        again.addAll(joined.toSendAgain());
      }
    }
    return again.isEmpty() ? Optional.empty() : Optional.of(new Retries(last + 1, again));
  }

  /** Returns whether the graph must be launched for it. */
  public boolean needsGraph() {
    return reads || !plans.isEmpty() || !ended.isEmpty() || !files.isEmpty() || !reused.isEmpty();
  }

  /** Returns whether something is to be sent: batches that don't exist yet answer nothing. */
  public boolean isUrgent() {
    return retries != null || !plans.isEmpty();
  }

  /** Returns whether there is nothing to do but to wait, or to reconcile. */
  public boolean isNone() {
    return !needsGraph() && retries == null;
  }
}
