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
 * How far a run has come, by what is written down in its folder. Commands decide by it what is left
 * to do.
 *
 * @param chunks of all committed plans, those of the first attempt first
 * @param isPlanned whether its documents were read and packed
 * @param work what there is to do besides waiting
 */
public record RunProgress(List<ChunkProgress> chunks, boolean isPlanned, Work work) {

  /** Results that are kept for so long need no warning. */
  private static final Duration LONG_ENOUGH = Duration.ofDays(7);

  /** How far a chunk has come. */
  public enum Stage {
    /** Not uploaded yet. */
    PLANNED,
    /** Uploaded, and not submitted yet. */
    UPLOADED,
    /** Whether it has a batch is not known: a launch was creating one. */
    SUBMITTING,
    /** Its batch is known, and had not ended when it was looked at. */
    UNDER_WAY,
    /** Its batch has ended. */
    ENDED,
    /** The results of its batch are joined onto their documents. */
    JOINED
  }

  /**
   * A chunk and how far it has come.
   *
   * @param entry of its batch, or null before the upload
   * @param joined what became of it, or null before that is known
   */
  public record ChunkProgress(
      Chunk chunk, @Nullable BatchEntry entry, @Nullable JoinedChunk joined) {

    /** How far it has come. */
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
        case SUBMITTED -> Stage.UNDER_WAY;
        case ENDED -> Stage.ENDED;
      };
    }
  }

  /** How far a run of a job has come by now. */
  public static RunProgress of(Job job, RunFolder folder) throws IOException {
    return of(RunSnapshot.read(job, folder));
  }

  /** How far a run has come. */
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

  /** How many chunks have come just so far. */
  public int count(Stage stage) {
    return (int) chunks.stream().filter(chunk -> chunk.stage() == stage).count();
  }

  /** Whether a batch may have changed at the provider, or one may be created. */
  public boolean isPending() {
    return chunks.stream()
        .anyMatch(chunk -> chunk.entry() != null && chunk.stage().compareTo(Stage.ENDED) < 0);
  }

  /** All chunks, whether in the ledger or not. */
  public List<Chunk> all() {
    return chunks.stream().map(ChunkProgress::chunk).toList();
  }

  /**
   * When the run has to be collected at the latest, if the provider keeps results for days only: as
   * if each batch had ended as soon as it was created. Empty if there is time enough, or nothing to
   * collect.
   */
  public Optional<Instant> collectBefore(Capabilities capabilities) {
    if (capabilities.resultsKept().compareTo(LONG_ENOUGH) >= 0) {
      return Optional.empty();
    }
    return chunks.stream()
        .filter(chunk -> chunk.stage() == Stage.UNDER_WAY || chunk.stage() == Stage.ENDED)
        .map(chunk -> Instant.ofEpochMilli(Objects.requireNonNull(chunk.entry()).since()))
        .min(Comparator.naturalOrder())
        .map(first -> first.plus(capabilities.resultsKept()));
  }

  /** Whether every chunk that is planned has its batch. */
  public boolean isAllSubmitted() {
    return isPlanned && count(Stage.PLANNED) + count(Stage.UPLOADED) + count(Stage.SUBMITTING) == 0;
  }

  /** Whether there is anything to read, upload, join, plan or write. */
  public boolean hasWork() {
    return !work.isNone();
  }

  /** Whether nothing is left to do but to reconcile. */
  public boolean isDone() {
    return !hasWork() && count(Stage.JOINED) == chunks.size();
  }
}
