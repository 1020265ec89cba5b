package io.beambatch.run;

import io.beambatch.batch.RunIdentity;
import io.beambatch.chunk.Plan;
import io.beambatch.chunk.PlanStore;
import io.beambatch.job.Job;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.ledger.Records;
import io.beambatch.result.JoinedChunk;
import io.beambatch.sink.WrittenFile;
import io.beambatch.storage.RunFolder;
import java.io.IOException;

/**
 * One execution of a job over one input. It knows where the run's files are, how its batches are
 * told from those of other runs, and everything that was written down of it; {@link Runs} begins
 * and finds runs.
 *
 * @param job as it is now; the one that the run was begun with is in its record
 * @param record what was written down when it began
 * @param folder where its files are
 */
public record Run(Job job, RunRecord record, RunFolder folder) {

  /** The run's name. */
  public String name() {
    return record.name();
  }

  /** Whether nothing is left to do. */
  public boolean isFinished() {
    return record.finished() != null;
  }

  /** What tells its batches from those of every other run of the same account. */
  public RunIdentity identity() {
    return new RunIdentity(job.name(), record.name(), record.uid(), record.created());
  }

  /** Its plans, by name. */
  public Records<Plan> plans() {
    return PlanStore.records(folder);
  }

  /** The batches of its chunks. */
  public BatchLedger batches() {
    return BatchLedger.of(folder);
  }

  /** What became of its chunks, by chunk. */
  public Records<JoinedChunk> joined() {
    return JoinedChunk.records(folder);
  }

  /** The files that were delivered to sink and dead letter, by {@link MarkWritten#name}. */
  public Records<WrittenFile> written() {
    return MarkWritten.records(folder);
  }

  /** Whether a plan is committed: a source that ends is planned as a whole then. */
  public boolean isPlanned() throws IOException {
    return !PlanStore.of(folder).namesOfFirstAttempt().isEmpty();
  }
}
