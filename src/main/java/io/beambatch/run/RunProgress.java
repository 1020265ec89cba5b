package io.beambatch.run;

import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Plan;
import io.beambatch.job.Job;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.provider.Capabilities;
import io.beambatch.result.JoinedChunk;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How far a run has come, from the records in its folder. Commands use it to decide what is left to
 * do.
 *
 * @param chunks of all committed plans, those of the first attempt first
 * @param isPlanned whether its documents were read and packed
 * @param work what can be done now besides waiting
 */
public record RunProgress(List<ChunkProgress> chunks, boolean isPlanned, Work work) {

  /** Results that are kept this long need no warning. */
  private static final Duration LONG_ENOUGH = Duration.ofDays(7);

  /** The stages of a chunk, in order. */
  public enum Stage {
    /** Not uploaded yet. */
    PLANNED,
    /** Uploaded, and not submitted yet. */
    UPLOADED,
    /** A launch was creating a batch; whether it exists is unknown. */
    SUBMITTING,
    /** Its batch is known, and had not ended at the last poll. */
    IN_FLIGHT,
    /** Its batch has ended. */
    ENDED,
    /** The results of its batch are joined onto their documents. */
    JOINED
  }

  /**
   * A chunk and its progress.
   *
   * @param entry of its batch, or null before the upload
   * @param joined the joined chunk, or null before the join
   */
  public record ChunkProgress(
      Chunk chunk, @Nullable BatchEntry entry, @Nullable JoinedChunk joined) {

    /** Its stage. */
    public Stage stage() {
      if (joined != null) {
        return Stage.JOINED;
      }
      if (entry == null) {
        return Stage.PLANNED;
      }
      return switch (entry.state()) {
        case PLANNED -> entry.fileId() == null ? Stage.PLANNED : Stage.UPLOADED;
        case SUBMITTING -> Stage.SUBMITTING;
        case SUBMITTED -> Stage.IN_FLIGHT;
        case ENDED -> Stage.ENDED;
      };
    }
  }

  /** The progress of a run of a job. */
  public static RunProgress of(Job job, RunFolder folder) throws IOException {
    return of(RunSnapshot.read(job, folder));
  }

  /** The progress of a run. */
  public static RunProgress of(Run run) throws IOException {
    return of(run.job(), run.folder());
  }

  static RunProgress of(RunSnapshot run) {
    List<ChunkProgress> chunks = new ArrayList<>();
    for (Plan plan : run.plans()) {
      for (Chunk chunk : plan.chunks()) {
        chunks.add(
            new ChunkProgress(chunk, run.batches().get(chunk.id()), run.joined().get(chunk.id())));
      }
    }
    return new RunProgress(List.copyOf(chunks), !run.plans().isEmpty(), Work.of(run));
  }

  /** The number of chunks in a stage. */
  public int count(Stage stage) {
    return (int) chunks.stream().filter(chunk -> chunk.stage() == stage).count();
  }

  /** Returns whether a batch may have changed at the provider, or may be created. */
  public boolean isPending() {
    return chunks.stream()
        .anyMatch(chunk -> chunk.entry() != null && chunk.stage().compareTo(Stage.ENDED) < 0);
  }

  /** All chunks, whether in the ledger or not. */
  public List<Chunk> all() {
    return chunks.stream().map(ChunkProgress::chunk).toList();
  }

  /**
   * The latest time to collect the run, if the provider keeps results for days only; calculated as
   * if each batch had ended as soon as it was created. Empty if there is enough time, or nothing to
   * collect.
   */
  public Optional<Instant> collectBefore(Capabilities capabilities) {
    if (capabilities.resultsKept().compareTo(LONG_ENOUGH) >= 0) {
      return Optional.empty();
    }
    return chunks.stream()
        .filter(chunk -> chunk.stage() == Stage.IN_FLIGHT || chunk.stage() == Stage.ENDED)
        .map(chunk -> Instant.ofEpochMilli(Objects.requireNonNull(chunk.entry()).since()))
        .min(Comparator.naturalOrder())
        .map(first -> first.plus(capabilities.resultsKept()));
  }

  /** Returns whether every planned chunk has its batch. */
  public boolean isAllSubmitted() {
    return isPlanned && count(Stage.PLANNED) + count(Stage.UPLOADED) + count(Stage.SUBMITTING) == 0;
  }

  /** Returns whether there is anything to read, upload, join, plan or write. */
  public boolean hasWork() {
    return !work.isNone();
  }

  /** Returns whether only the reconciliation is left to do. */
  public boolean isDone() {
    return !hasWork() && count(Stage.JOINED) == chunks.size();
  }
}
