package io.beambatch.run;

import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import io.beambatch.job.CanonicalJob;
import io.beambatch.job.Job;
import io.beambatch.job.StandardInputSource;
import io.beambatch.ledger.Records;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Begins, finds and finishes the runs of a job in a staging location. Every command that works on a
 * run starts here.
 */
public final class Runs {
  /** The keys of a job that change with the provider's address. */
  private static final Pattern ADDRESS = Pattern.compile("request\\.(base_url|headers(\\..*)?)");

  private final String staging;
  private final Job job;
  private final RunRegister register;
  private final UnsentRuns unsent;
  private final Clock clock;
  private final boolean moved;

  /** The runs of a job. */
  public Runs(String staging, Job job, Clock clock) {
    this(staging, job, new RunRegister(staging, job), clock, false);
  }

  private Runs(String staging, Job job, RunRegister register, Clock clock, boolean moved) {
    this.staging = staging;
    this.job = job;
    this.register = register;
    this.unsent = new UnsentRuns(job, register.records(), clock);
    this.clock = clock;
    this.moved = moved;
  }

  /**
   * The same runs, for a provider whose address may have changed.
   *
   * @param hasMoved whether it has: the job may then name the new address, though the run was begun
   *     with the old one
   */
  public Runs ofMovedProvider(boolean hasMoved) {
    return new Runs(staging, job, register, clock, hasMoved);
  }

  /**
   * Finds the run to resume, or begins one. A run that has sent nothing yet takes over the current
   * job.
   *
   * @param name the run's name, or null for the newest unfinished one, else a new one named by the
   *     time
   * @throws UserException if the run was begun with another job and has sent something, or if a new
   *     run is requested while an unfinished one holds messages
   * @throws IllegalArgumentException if the name isn't valid
   */
  public Run open(@Nullable String name, Choice choice) throws IOException {
    checkName(name);
    if (choice == Choice.NEW) {
      for (RunRecord record : register.all()) {
        unsent.requireNoMessages(record, register.folder(record.name()));
      }
      return name == null ? begin(register.freshName(clock.instant())) : beginNamed(name);
    }
    Optional<Records.Version<RunRecord>> known =
        name == null ? register.newestUnfinished() : register.records().read(name);
    if (known.isEmpty()) {
      return name == null ? begin(register.freshName(clock.instant())) : beginOrJoin(name);
    }
    Run run = register.run(known.get().value());
    boolean isOther = !differences(run).isEmpty() || run.record().unclean();
    if (isOther && !run.isFinished() && UnsentRuns.isUnsent(run.folder())) {
      return name == null ? begin(register.freshName(clock.instant())) : startOver(known.get());
    }
    requireSameJob(run);
    return run;
  }

  /**
   * Begins a run, or joins one that was begun with the same job. It never starts a run over,
   * because a pipeline calls it on every worker.
   *
   * @throws UserException if it was begun with another job
   */
  public Run join(String name) throws IOException {
    checkName(name);
    Optional<RunRecord> known = register.read(name);
    if (known.isEmpty()) {
      return beginOrJoin(name);
    }
    Run run = register.run(known.get());
    requireSameJob(run);
    return run;
  }

  /**
   * Records that this launch is working on a run, until the result is closed.
   *
   * @throws UserException if another launch has started the run over with another job
   */
  public RunLaunch enter(Run run) throws IOException {
    return unsent.enter(run);
  }

  /**
   * Checks that a name is valid for a run.
   *
   * @param name null if the run has no name yet
   * @throws IllegalArgumentException if it isn't valid
   */
  public static void checkName(@Nullable String name) {
    RunRegister.checkName(name);
  }

  /**
   * Finds an existing run, whatever job it was begun with.
   *
   * @param name the run's name, or null for the newest unfinished one, else the newest
   * @throws UserException if there is none; lists those that exist
   */
  public Run known(@Nullable String name) throws IOException {
    return register.known(name);
  }

  /** Other unfinished runs of the job that have sent something; newest first. */
  public List<Run> unfinishedBesides(Run run) throws IOException {
    return register.unfinishedBesides(run);
  }

  /** The run with a name, or empty. */
  public Optional<Run> find(String name) throws IOException {
    return register.find(name);
  }

  /**
   * The keys in which the job differs from the one that a run was begun with. A command that
   * doesn't read standard input can't tell whether it has another content now.
   */
  public List<String> differences(Run run) {
    List<String> paths = CanonicalJob.differences(run.record().job(), CanonicalJob.text(job));
    boolean isUnread = job.source() instanceof StandardInputSource input && input.sha256() == null;
    return isUnread
        ? paths.stream().filter(path -> !path.equals(StandardInputSource.CONTENT)).toList()
        : paths;
  }

  /**
   * Requires that a run is resumed with the job that it was begun with.
   *
   * @throws UserException if the job is another one; says what differs
   */
  public void requireSameJob(Run run) throws IOException {
    List<String> differences = differences(run);
    if (differences.isEmpty()) {
      return;
    }
    if (moved && differences.stream().allMatch(ADDRESS.asMatchPredicate())) {
      Optional<Records.Version<RunRecord>> now = register.records().read(run.name());
      if (now.isPresent()) {
        register.records().replace(now.get(), now.get().value().of(CanonicalJob.text(job)));
      }
      return;
    }
    boolean finished = run.isFinished();
    throw new UserException(
        "run "
            + run.name()
            + " of job "
            + job.name()
            + (finished ? " is finished" : " is not finished")
            + ", and was begun with another job; what differs: "
            + String.join(", ", differences)
            + (finished
                ? ". Choose another --run name"
                : ". Put it back to finish that run, or begin another with --new-run and another"
                    + " --run name"),
        ExitCode.ERROR);
  }

  /**
   * Requires that the documents of a run were planned.
   *
   * @throws UserException if they were not even read
   */
  public void requirePlan(Run run) throws IOException {
    if (!run.isFinished() && !isPlanned(run)) {
      throw new UserException(
          "run "
              + run.name()
              + " of job "
              + job.name()
              + " was begun, but nothing of it was sent yet; submit it first",
          ExitCode.USAGE);
    }
  }

  /** Returns whether documents of a run were planned, or messages taken. */
  public boolean isPlanned(Run run) throws IOException {
    return !UnsentRuns.isUnplanned(run.folder());
  }

  /** Returns whether another launch may be working on a run that has sent nothing yet. */
  public boolean isAtWork(Run run) throws IOException {
    Optional<RunRecord> record = register.read(run.name());
    return record.isPresent() && unsent.isAnyAtWork(record.get());
  }

  /** Records that a run is finished. */
  public void finish(Run run) throws IOException {
    Records.Version<RunRecord> now =
        register
            .records()
            .read(run.name())
            .orElseThrow(() -> new IOException("run record " + run.name() + " is missing"));
    // If this write is refused, another launch has finished the run.
    register.records().replace(now, now.value().finishedAt(clock.millis()));
  }

  /** Begins a run; if another launch begins it at the same time, joins that one. */
  private Run beginOrJoin(String name) throws IOException {
    Optional<Run> begun = tryBegin(name);
    if (begun.isPresent()) {
      return begun.get();
    }
    Run run =
        register
            .find(name)
            .orElseThrow(() -> new IOException("run record " + name + " is missing"));
    requireSameJob(run);
    return run;
  }

  private Run begin(String name) throws IOException {
    return tryBegin(name).orElseThrow(() -> exists(name));
  }

  /** Begins a run, or starts it over if nothing of it was sent. */
  private Run beginNamed(String name) throws IOException {
    Optional<Records.Version<RunRecord>> known = register.records().read(name);
    if (known.isEmpty()) {
      return begin(name);
    }
    if (known.get().value().finished() != null || !UnsentRuns.isUnsent(register.folder(name))) {
      throw exists(name);
    }
    return startOver(known.get());
  }

  private Run startOver(Records.Version<RunRecord> known) throws IOException {
    return register.run(unsent.startOver(known, register.folder(known.name())));
  }

  private UserException exists(String name) {
    return new UserException(
        "run "
            + name
            + " of job "
            + job.name()
            + " exists already, and is finished or has sent something; choose another --run name",
        ExitCode.ERROR);
  }

  /** Begins a run; empty if one of that name exists. */
  private Optional<Run> tryBegin(String name) throws IOException {
    RunRecord record =
        RunRecord.begun(
            name,
            UUID.randomUUID().toString().replace("-", ""),
            clock.millis(),
            CanonicalJob.text(job));
    Storage.createFolder(staging);
    return register.records().create(name, record).map(created -> register.run(created.value()));
  }

  /** Which run to open. */
  public enum Choice {
    /** The unfinished run, if there is one. */
    RESUME,
    /** A new run. */
    NEW
  }
}
