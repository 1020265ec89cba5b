package io.beambatch.run;

import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.beambatch.job.CanonicalJob;
import io.beambatch.job.RequestSpec;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.ledger.Ledgers;
import io.beambatch.ledger.Records;
import io.beambatch.provider.BatchStatus;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Lists the runs of all jobs in a staging location, and removes the files of finished ones. It
 * needs no job file: it reads the runs' records.
 */
public final class StagedRuns {
  /** The number of runs that determine what is usual; older ones say less about today. */
  private static final int USUAL_RUNS = 20;

  private final String staging;

  /**
   * The runs of a staging location.
   *
   * @param staging a local folder or {@code gs://bucket/folder}
   */
  public StagedRuns(String staging) {
    this.staging = Storage.absolute(staging);
  }

  /** How far a run has come. */
  public enum Progress {
    /** Nothing was sent. */
    UNSENT,
    /** It has batches, or answers that are not written yet. */
    UNFINISHED,
    /** All its documents are accounted for. */
    FINISHED,
    /** It is finished, and its files were removed. */
    PRUNED;

    @JsonValue
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A run.
   *
   * @param begun ISO 8601, UTC
   * @param finished ISO 8601, UTC; or null
   * @param underWay batches that had not ended when a command last polled them
   * @param documents null before the run is finished, and after it was pruned; so are the next
   * @param costUsd also null if the model's price is unknown
   * @param bytes of all its files
   */
  @JsonNaming(SnakeCaseStrategy.class)
  public record StagedRun(
      String job,
      String run,
      Progress progress,
      String begun,
      @Nullable String finished,
      long underWay,
      @Nullable Long documents,
      @Nullable Long answered,
      @Nullable Long failed,
      @Nullable BigDecimal costUsd,
      long bytes) {}

  /** All runs, by job, newest first. */
  public List<StagedRun> list() throws IOException {
    List<StagedRun> runs = new ArrayList<>();
    for (Map.Entry<String, SortedMap<String, Long>> job : sizes().entrySet()) {
      List<RunRecord> records = new ArrayList<>(records(job.getKey()));
      records.sort(Comparator.comparing(RunRecord::created).reversed());
      for (RunRecord record : records) {
        runs.add(run(job.getKey(), record, job.getValue().getOrDefault(record.name(), 0L)));
      }
    }
    return runs;
  }

  /**
   * How long a batch usually takes here: the median of the batches that have ended with answers, by
   * the ledgers of the newest runs with a provider and a model. Empty if there is none.
   */
  public Optional<Duration> usualDuration(RequestSpec.Provider provider, String model)
      throws IOException {
    List<Map.Entry<String, RunRecord>> runs = new ArrayList<>();
    for (String job : sizes().keySet()) {
      for (RunRecord record : records(job)) {
        if (CanonicalJob.isSentTo(record.job(), provider, model)) {
          runs.add(Map.entry(job, record));
        }
      }
    }
    runs.sort(Comparator.comparing(run -> -run.getValue().created()));
    List<Long> millis = new ArrayList<>();
    for (Map.Entry<String, RunRecord> run : runs.subList(0, Math.min(USUAL_RUNS, runs.size()))) {
      RunFolder folder = RunFolder.of(staging, run.getKey(), run.getValue().name());
      for (BatchLedger.Tracked tracked : BatchLedger.of(folder).readAll().values()) {
        millis(tracked.entry()).ifPresent(millis::add);
      }
    }
    millis.sort(Comparator.naturalOrder());
    return millis.isEmpty()
        ? Optional.empty()
        : Optional.of(Duration.ofMillis(millis.get(millis.size() / 2)));
  }

  /** How long a batch took that ended with answers. */
  private static Optional<Long> millis(BatchEntry entry) {
    Long submitted = entry.times().submitted();
    return submitted == null || entry.end() == null || entry.end().status() != BatchStatus.COMPLETED
        ? Optional.empty()
        : Optional.of(entry.since() - submitted);
  }

  /**
   * Removes the files of runs that finished before a time. Each keeps its record, so that a command
   * of that name finds it finished, and buys nothing again.
   *
   * @return the runs that were pruned, as they were before
   */
  public List<StagedRun> prune(Instant finishedBefore) throws IOException {
    List<StagedRun> pruned = new ArrayList<>();
    for (StagedRun run : list()) {
      // A run with a recorded end has written every answer.
      if (run.finished() != null
          && run.bytes() > 0
          && Instant.parse(run.finished()).isBefore(finishedBefore)) {
        Storage.deleteFolder(RunFolder.of(staging, run.job(), run.run()).path());
        pruned.add(run);
      }
    }
    return pruned;
  }

  private StagedRun run(String job, RunRecord record, long bytes) throws IOException {
    RunFolder folder = RunFolder.of(staging, job, record.name());
    boolean isFinished = record.finished() != null;
    Report report = isFinished && Storage.exists(folder.report()) ? Report.of(folder) : null;
    return new StagedRun(
        job,
        record.name(),
        progress(record, folder, report),
        time(record.created()),
        record.finished() == null ? null : time(record.finished()),
        isFinished ? 0 : underWay(folder),
        report == null ? null : Long.valueOf(report.documents()),
        report == null ? null : Long.valueOf(report.answered()),
        report == null ? null : Long.valueOf(report.failures()),
        report == null ? null : report.costUsd(),
        bytes);
  }

  private static Progress progress(RunRecord record, RunFolder folder, @Nullable Report report)
      throws IOException {
    if (record.finished() != null) {
      return report == null ? Progress.PRUNED : Progress.FINISHED;
    }
    return UnsentRuns.isUnsent(folder) ? Progress.UNSENT : Progress.UNFINISHED;
  }

  private static long underWay(RunFolder folder) throws IOException {
    return BatchLedger.of(folder).readAll().values().stream()
        .filter(tracked -> tracked.entry().state() == BatchEntry.State.SUBMITTED)
        .count();
  }

  private List<RunRecord> records(String job) throws IOException {
    return List.copyOf(
        new Records<>(Ledgers.open(staging + "/" + job), RunRegister.FOLDER, RunRecord.class)
            .values()
            .values());
  }

  /** The size in bytes of each run's files, by job and run; jobs without runs are omitted. */
  private SortedMap<String, SortedMap<String, Long>> sizes() throws IOException {
    SortedMap<String, SortedMap<String, Long>> sizes = new TreeMap<>();
    Storage.sizes(staging)
        .forEach(
            (path, bytes) -> {
              String[] names = path.split("/", 3);
              if (names.length == 3) {
                sizes
                    .computeIfAbsent(names[0], job -> new TreeMap<>())
                    .merge(names[1], bytes, Long::sum);
              }
            });
    sizes.values().removeIf(job -> !job.containsKey(RunRegister.FOLDER));
    return sizes;
  }

  private static String time(long millis) {
    return Instant.ofEpochMilli(millis).toString();
  }
}
