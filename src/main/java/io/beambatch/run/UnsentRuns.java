package io.beambatch.run;

import io.beambatch.batch.Owner;
import io.beambatch.chunk.FilePlans;
import io.beambatch.chunk.PlanStore;
import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import io.beambatch.job.CanonicalJob;
import io.beambatch.job.Job;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.ledger.Records;
import io.beambatch.run.RunRecord.Launch;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * Handles runs that have sent nothing yet. Such a run can be started over with any job, because
 * nothing is lost; a launch that failed early therefore doesn't block its name. Files that a
 * running launch has staged are not touched.
 */
final class UnsentRuns {
  /** After this time, a launch on another machine whose state is unknown no longer counts. */
  private static final Duration LONGEST_STAGING = Duration.ofHours(12);

  private final Job job;
  private final Records<RunRecord> records;
  private final Clock clock;

  UnsentRuns(Job job, Records<RunRecord> records, Clock clock) {
    this.job = job;
    this.records = records;
    this.clock = clock;
  }

  /** Returns whether nothing of a run was sent, and it holds no messages that exist only there. */
  static boolean isUnsent(RunFolder folder) throws IOException {
    return !BatchLedger.of(folder).isAnythingSent() && Storage.list(folder.inbox()).isEmpty();
  }

  /** Returns whether a run has no plan, and no messages that exist only there. */
  static boolean isUnplanned(RunFolder folder) throws IOException {
    return PlanStore.records(folder).names().isEmpty() && Storage.list(folder.inbox()).isEmpty();
  }

  /**
   * Requires that a run holds no messages: those that it took from a subscription exist nowhere
   * else until they are sent.
   *
   * @throws UserException if there are such messages
   */
  void requireNoMessages(RunRecord record, RunFolder folder) throws IOException {
    List<String> taken = record.finished() == null ? Storage.list(folder.inbox()) : List.of();
    int unsent = taken.size() - new FilePlans(folder).among(taken).size();
    if (unsent > 0) {
      throw new UserException(
          named(record)
              + " has taken messages that it has not sent (files: "
              + unsent
              + "); resume it (--run "
              + record.name()
              + ") until they are, or cancel it, before you begin another with --new-run",
          ExitCode.ERROR);
    }
  }

  /**
   * Starts a run over with the current job.
   *
   * @throws UserException if another launch is working on it
   */
  RunRecord startOver(Records.Version<RunRecord> known, RunFolder folder) throws IOException {
    requireNobodyAtWork(known.value());
    Owner owner = Owner.create();
    try {
      // Marked first: any other launch that finds the mark clears the folder before anything else.
      Records.Version<RunRecord> marked =
          replace(
              known,
              known
                  .value()
                  .anew(
                      UUID.randomUUID().toString().replace("-", ""),
                      clock.millis(),
                      CanonicalJob.text(job),
                      new Launch(owner.name(), clock.millis())));
      Storage.deleteFolder(folder.path());
      return replace(marked, marked.value().without(owner.name()).cleared()).value();
    } finally {
      owner.retire();
    }
  }

  /**
   * Records that this launch is working on a run.
   *
   * @throws UserException if another launch has started the run over with another job
   */
  RunLaunch enter(Run run) throws IOException {
    if (!isUnsent(run.folder())) {
      return RunLaunch.ofSent(run);
    }
    Owner owner = Owner.create();
    while (true) {
      Records.Version<RunRecord> now =
          records
              .read(run.name())
              .orElseThrow(
                  () -> new IOException("the record of run " + run.name() + " is missing"));
      if (!now.value().uid().equals(run.record().uid())) {
        owner.retire();
        throw anotherAtWork(now.value());
      }
      List<Launch> others = now.value().launches().stream().filter(this::isAtWork).toList();
      RunRecord entered =
          now.value().launchedBy(others).with(new Launch(owner.name(), clock.millis()));
      if (records.replace(now, entered).isPresent()) {
        return RunLaunch.ofUnsent(run, records, owner);
      }
    }
  }

  private Records.Version<RunRecord> replace(Records.Version<RunRecord> known, RunRecord next)
      throws IOException {
    return records.replace(known, next).orElseThrow(() -> anotherAtWork(known.value()));
  }

  private void requireNobodyAtWork(RunRecord record) {
    if (isAnyAtWork(record)) {
      throw anotherAtWork(record);
    }
  }

  boolean isAnyAtWork(RunRecord record) {
    return record.launches().stream().anyMatch(this::isAtWork);
  }

  private boolean isAtWork(Launch launch) {
    return !new Owner(launch.owner()).isKnownToBeGone()
        && Instant.ofEpochMilli(launch.since()).plus(LONGEST_STAGING).isAfter(clock.instant());
  }

  private UserException anotherAtWork(RunRecord record) {
    return new UserException(
        named(record)
            + " was begun with another job, and another launch is working on it; wait for the end"
            + " of that one, or choose another --run name",
        ExitCode.ERROR);
  }

  private String named(RunRecord record) {
    return "run " + record.name() + " of job " + job.name();
  }
}
