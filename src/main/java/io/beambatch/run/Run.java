package io.beambatch.run;

import io.beambatch.batch.Admission;
import io.beambatch.batch.CoordinatorSettings;
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
 * One execution of a job over one input. It gives access to the run's files, its identity at the
 * provider, and all its records; {@link Runs} begins and finds runs.
 *
 * @param job the job as it is now; the record has the one that the run was begun with
 * @param record written when the run began
 * @param folder the run's files
 */
public record Run(Job job, RunRecord record, RunFolder folder) {

  /** The run's name. */
  public String name() {
    return record.name();
  }

  /** Returns whether nothing is left to do. */
  public boolean isFinished() {
    return record.finished() != null;
  }

  /** What distinguishes its batches from those of every other run of the same account. */
  public RunIdentity identity() {
    return new RunIdentity(job.name(), record.name(), record.uid(), record.created());
  }

  /** The settings of its coordinator, which creates only the batches that it admits. */
  public CoordinatorSettings settings() {
    return CoordinatorSettings.of(job.inference(), identity()).admitting(admission());
  }

  /** The limits on its cost. */
  public Budget budget() {
    return new Budget(job, folder);
  }

  /** What holds back the rest of the run until a sample is judged. */
  public Canary canary() {
    return new Canary(job, folder);
  }

  /** What decides whether a chunk may have its batch yet. */
  public Admission admission() {
    return canary().and(budget());
  }

  /** Its plans, by name. */
  public Records<Plan> plans() {
    return PlanStore.records(folder);
  }

  /** The batches of its chunks. */
  public BatchLedger batches() {
    return BatchLedger.of(folder);
  }

  /** The results of its joined chunks, by chunk. */
  public Records<JoinedChunk> joined() {
    return JoinedChunk.records(folder);
  }

  /** The files that were delivered to sink and dead letter, by {@link MarkWritten#name}. */
  public Records<WrittenFile> written() {
    return MarkWritten.records(folder);
  }

  /** Returns whether a plan is committed; a bounded source is then planned completely. */
  public boolean isPlanned() throws IOException {
    return !PlanStore.of(folder).namesOfFirstAttempt().isEmpty();
  }
}
