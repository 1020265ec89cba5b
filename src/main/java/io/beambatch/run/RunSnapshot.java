package io.beambatch.run;

import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Plan;
import io.beambatch.chunk.PlanStore;
import io.beambatch.chunk.ReusedLines;
import io.beambatch.job.Job;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.result.JoinedChunk;
import io.beambatch.result.ResultFile;
import io.beambatch.result.ResultFiles;
import io.beambatch.result.WriteUnsentFailures;
import io.beambatch.sink.WrittenFile;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All records of a run, read at one time: one listing for each kind of record, however many chunks
 * there are. Progress, status and reconciliation are derived from it.
 *
 * @param plans by name, those of the first attempt first
 * @param batches by chunk, for chunks that are in the ledger
 * @param joined by chunk
 * @param written by {@link MarkWritten#name}
 * @param cancelled whether the run is cancelled
 */
record RunSnapshot(
    Job job,
    List<Plan> plans,
    Map<String, BatchEntry> batches,
    Map<String, JoinedChunk> joined,
    Map<String, WrittenFile> written,
    boolean cancelled) {

  /**
   * Reads a run's records. A record that follows from another is read after it, so that none is
   * seen without its predecessors; a concurrent launch may be seen in part.
   */
  static RunSnapshot read(Job job, RunFolder folder) throws IOException {
    List<Plan> plans = PlanStore.of(folder).all();
    BatchLedger ledger = BatchLedger.of(folder);
    Map<String, BatchEntry> batches = new TreeMap<>();
    ledger.readAll().forEach((chunk, tracked) -> batches.put(chunk, tracked.entry()));
    Map<String, JoinedChunk> joined = JoinedChunk.records(folder).values();
    Map<String, WrittenFile> written = MarkWritten.records(folder).values();
    return new RunSnapshot(job, plans, batches, joined, written, ledger.isCancelled());
  }

  /** The files that must be in sink and dead letter now, by {@link MarkWritten#name}. */
  Set<String> due() {
    return results()
        .map(file -> MarkWritten.name(file.kind(), file.shard()))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** The files of all documents that have an outcome, in the order of the plans. */
  Stream<ResultFile> results() {
    return plans.stream().flatMap(plan -> Stream.concat(unsent(plan), ofChunks(plan)));
  }

  private static Stream<ResultFile> unsent(Plan plan) {
    return plan.unsent().isEmpty()
        ? Stream.empty()
        : Stream.of(WriteUnsentFailures.resultFile(plan));
  }

  private Stream<ResultFile> ofChunks(Plan plan) {
    return Stream.concat(
            plan.chunks().stream().map(Chunk::id), plan.reused().stream().map(ReusedLines::id))
        .map(joined::get)
        .filter(Objects::nonNull)
        .flatMap(known -> ResultFiles.of(known).stream());
  }
}
