package io.beambatch.run;

import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Plan;
import io.beambatch.chunk.PlanStore;
import io.beambatch.job.Job;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.ledger.LedgerStore;
import io.beambatch.ledger.Ledgers;
import io.beambatch.result.JoinedChunk;
import io.beambatch.result.JoinedChunks;
import io.beambatch.result.ResultFile;
import io.beambatch.result.ResultFiles;
import io.beambatch.result.WriteUnsentFailures;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far a run has come, by what is written down in its folder.
 *
 * @param chunks of all committed plans, those of the first attempt first
 * @param isPlanned whether its documents were read and packed
 * @param isAllWritten whether all that was joined so far, or can't be sent, is in the sink
 * @param isAllPlanned whether no attempt is over that another has to follow
 */
public record Standing(
    List<ChunkStanding> chunks, boolean isPlanned, boolean isAllWritten, boolean isAllPlanned) {

  /** Where a chunk is. */
  public enum Stage {
    /** Not uploaded yet. */
    PLANNED,
    /** Waiting until it may be submitted. */
    UPLOADED,
    /** Perhaps it has a batch, perhaps not. */
    SUBMITTING,
    /** Its batch is known, and had not ended when it was looked at. */
    UNDER_WAY,
    /** Its batch has ended. */
    ENDED,
    /** The answers of its batch stand on their documents. */
    JOINED
  }

  /**
   * A chunk and where it is.
   *
   * @param entry of its batch, or null before the upload
   * @param joined what became of it, or null before that is known
   */
  public record ChunkStanding(
      Chunk chunk, @Nullable BatchEntry entry, @Nullable JoinedChunk joined) {

    /** Where it is. */
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

  /** How a run of a job stands. */
  public static Standing of(Job job, RunFolder folder) throws IOException {
    LedgerStore store = Ledgers.open(folder);
    BatchLedger ledger = new BatchLedger(store);
    JoinedChunks joinedChunks = new JoinedChunks(store);
    List<Plan> plans = new PlanStore(store).all();
    List<ChunkStanding> chunks = new ArrayList<>();
    boolean written = true;
    for (Plan plan : plans) {
      if (!plan.unsent().isEmpty()) {
        written &= isWritten(folder, ResultFile.Kind.FAILED, WriteUnsentFailures.shard(plan));
      }
      for (Chunk chunk : plan.chunks()) {
        JoinedChunk joined = joinedChunks.read(chunk.id()).orElse(null);
        BatchEntry entry = ledger.read(chunk.id()).map(BatchLedger.Tracked::entry).orElse(null);
        chunks.add(new ChunkStanding(chunk, entry, joined));
        if (joined != null) {
          for (ResultFile file : ResultFiles.of(joined)) {
            written &= isWritten(folder, file.kind(), file.shard());
          }
        }
      }
    }
    return new Standing(
        List.copyOf(chunks), !plans.isEmpty(), written, isAllPlanned(job, plans, chunks));
  }

  private static boolean isWritten(RunFolder folder, ResultFile.Kind kind, String shard)
      throws IOException {
    return RecordWritten.read(folder, kind, shard).isPresent();
  }

  private static boolean isAllPlanned(Job job, List<Plan> plans, List<ChunkStanding> chunks) {
    int last = plans.stream().mapToInt(Plan::attempt).max().orElse(0);
    List<ChunkStanding> ofLast =
        chunks.stream().filter(chunk -> chunk.chunk().attempt() == last).toList();
    return last >= job.inference().retry().attempts()
        || ofLast.stream().anyMatch(chunk -> chunk.joined() == null)
        || ofLast.stream().allMatch(chunk -> chunk.joined().again() == null);
  }

  /** How many chunks are there. */
  public int count(Stage stage) {
    return (int) chunks.stream().filter(chunk -> chunk.stage() == stage).count();
  }

  /** Whether the provider may have news. */
  public boolean isPending() {
    return count(Stage.UPLOADED) + count(Stage.SUBMITTING) + count(Stage.UNDER_WAY) > 0;
  }

  /** Those whose end is not known, in the ledger or not. */
  public List<Chunk> unjoined() {
    return chunks.stream()
        .filter(chunk -> chunk.joined() == null)
        .map(ChunkStanding::chunk)
        .toList();
  }

  /** Those that are in the ledger. */
  public List<Chunk> inTheLedger() {
    return chunks.stream()
        .filter(chunk -> chunk.entry() != null)
        .map(ChunkStanding::chunk)
        .toList();
  }

  /** Whether every chunk that is planned has its batch. */
  public boolean isAllSubmitted() {
    return isPlanned && count(Stage.PLANNED) + count(Stage.UPLOADED) + count(Stage.SUBMITTING) == 0;
  }

  /** Whether there is anything to read, upload, join, plan or write. */
  public boolean hasWork() {
    return !isPlanned
        || !isAllWritten
        || !isAllPlanned
        || count(Stage.PLANNED) + count(Stage.ENDED) > 0;
  }

  /** Whether nothing is left to do but to add up. */
  public boolean isDone() {
    return !hasWork() && count(Stage.JOINED) == chunks.size();
  }
}
