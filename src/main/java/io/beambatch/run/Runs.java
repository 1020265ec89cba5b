package io.beambatch.run;

import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import io.beambatch.job.CanonicalJob;
import io.beambatch.job.Job;
import io.beambatch.ledger.Ledgers;
import io.beambatch.ledger.Records;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.StagedNames;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Begins, finds and finishes the runs of a job in a staging location. Commands start here. */
public final class Runs {
  static final String FOLDER = "runs";
  private static final Pattern NAMES = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

  /** So many names are listed where one is not found. */
  private static final int LISTED = 10;

  /** What a provider's new address changes in a job. */
  private static final Pattern ADDRESS = Pattern.compile("request\\.(base_url|headers(\\..*)?)");

  private final String staging;
  private final Job job;
  private final Records<RunRecord> records;
  private final UnsentRuns unsent;
  private final Clock clock;
  private final boolean moved;

  /** The runs of a job. */
  public Runs(String staging, Job job, Clock clock) {
    this(
        staging,
        job,
        new Records<>(Ledgers.open(staging + "/" + job.name()), FOLDER, RunRecord.class),
        clock,
        false);
  }

  private Runs(String staging, Job job, Records<RunRecord> records, Clock clock, boolean moved) {
    this.staging = staging;
    this.job = job;
    this.records = records;
    this.unsent = new UnsentRuns(job, records, clock);
    this.clock = clock;
    this.moved = moved;
  }

  /**
   * The same runs.
   *
   * @param hasMoved whether the provider has another address by now: the job may name it, though
   *     the run was begun with the former
   */
  public Runs ofMovedProvider(boolean hasMoved) {
    return new Runs(staging, job, records, clock, hasMoved);
  }

  /**
   * Finds the run to resume, or begins one. A run of which nothing was sent yet takes the job that
   * comes.
   *
   * @param name the run's name, or null for the newest unfinished one, else a new one named by the
   *     time
   * @throws UserException if the run was begun with another job and has sent something, or a new
   *     one is to be begun though messages lie in an unfinished one
   * @throws IllegalArgumentException if a run can't be called so
   */
  public Run open(@Nullable String name, Choice choice) throws IOException {
    checkName(name);
    if (choice == Choice.NEW) {
      for (RunRecord record : all()) {
        unsent.requireNoMessages(record, folder(record.name()));
      }
      return name == null ? begin(freshName()) : beginNamed(name);
    }
    Optional<Records.Version<RunRecord>> known =
        name == null ? newestUnfinished() : records.read(name);
    if (known.isEmpty()) {
      return name == null ? begin(freshName()) : beginOrJoin(name);
    }
    Run run = run(known.get().value());
    boolean isOther = !differences(run).isEmpty() || run.record().unclean();
    if (isOther && !run.isFinished() && UnsentRuns.isUnsent(run.folder())) {
      return name == null ? begin(freshName()) : beginAnew(known.get());
    }
    requireSameJob(run);
    return run;
  }

  /**
   * Begins a run, or joins one that was begun with the same job. It never begins anew: a pipeline
   * asks on every worker.
   *
   * @throws UserException if it was begun with another job
   */
  public Run join(String name) throws IOException {
    checkName(name);
    Optional<RunRecord> known = read(name);
    if (known.isEmpty()) {
      return beginOrJoin(name);
    }
    Run run = run(known.get());
    requireSameJob(run);
    return run;
  }

  /**
   * Notes that this launch is at work on a run, until the note is closed.
   *
   * @throws UserException if another launch has begun the run anew with another job
   */
  public RunLaunch enter(Run run) throws IOException {
    return unsent.enter(run);
  }

  /**
   * Finds a run that was begun before, with whatever job.
   *
   * @param name the run's name, or null for the newest unfinished one, else the newest
   * @throws UserException if there is none; names those that there are
   */
  public Run known(@Nullable String name) throws IOException {
    checkName(name);
    Optional<RunRecord> record =
        name == null ? newestUnfinished().map(Records.Version::value) : read(name);
    if (record.isEmpty() && name == null) {
      record = all().stream().max(Comparator.comparing(RunRecord::created));
    }
    if (record.isPresent()) {
      return run(record.get());
    }
    List<RunRecord> all = all();
    throw new UserException(
        "job "
            + job.name()
            + " has no run"
            + (name == null ? "" : " " + name)
            + " in "
            + staging
            + (all.isEmpty()
                ? "; begin it with run or submit, or say with --staging where it is kept"
                : "; it has " + names(all)),
        ExitCode.USAGE);
  }

  /** The newest first. */
  private static String names(List<RunRecord> all) {
    String names =
        all.stream()
            .sorted(Comparator.comparing(RunRecord::created).reversed())
            .limit(LISTED)
            .map(record -> record.name() + (record.finished() == null ? "" : " (finished)"))
            .collect(Collectors.joining(", "));
    return all.size() > LISTED ? names + " and " + (all.size() - LISTED) + " older ones" : names;
  }

  /** Other runs of the job that are not finished, and of which something was sent; newest first. */
  public List<Run> unfinishedBesides(Run run) throws IOException {
    List<Run> others = new ArrayList<>();
    for (RunRecord record : all()) {
      if (record.finished() == null
          && !record.name().equals(run.name())
          && !UnsentRuns.isUnsent(folder(record.name()))) {
        others.add(run(record));
      }
    }
    others.sort(Comparator.<Run>comparingLong(other -> other.record().created()).reversed());
    return others;
  }

  /** The run of a name, or empty. */
  public Optional<Run> find(String name) throws IOException {
    return read(name).map(this::run);
  }

  /** The keys in which the job differs from the one that a run was begun with. */
  public List<String> differences(Run run) {
    return CanonicalJob.differences(run.record().job(), CanonicalJob.text(job));
  }

  /**
   * Makes sure that a run is resumed with the job that it was begun with.
   *
   * @throws UserException if the job is another one; says what differs
   */
  public void requireSameJob(Run run) throws IOException {
    List<String> differences = differences(run);
    if (differences.isEmpty()) {
      return;
    }
    if (moved && differences.stream().allMatch(ADDRESS.asMatchPredicate())) {
      Optional<Records.Version<RunRecord>> now = records.read(run.name());
      if (now.isPresent()) {
        records.replace(now.get(), now.get().value().of(CanonicalJob.text(job)));
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
   * Makes sure that a run may be called so.
   *
   * @param name null if it is not named yet
   * @throws IllegalArgumentException if not
   */
  public static void checkName(@Nullable String name) {
    if (name != null && (!NAMES.matcher(name).matches() || name.equals(FOLDER))) {
      throw new IllegalArgumentException(
          "--run "
              + name
              + ": a run's name is 1 to 64 letters, digits, '_' or '-', and not '"
              + FOLDER
              + "'");
    }
  }

  /**
   * Makes sure that the documents of a run were planned.
   *
   * @throws UserException if its documents were not even read
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

  /** Whether documents of a run were planned, or messages taken. */
  public boolean isPlanned(Run run) throws IOException {
    return !UnsentRuns.isUnplanned(run.folder());
  }

  /** Whether another launch may be at work on a run of which nothing was sent yet. */
  public boolean isAtWork(Run run) throws IOException {
    Optional<RunRecord> record = read(run.name());
    return record.isPresent() && unsent.isAnyAtWork(record.get());
  }

  /** Writes down that nothing of a run is left to do. */
  public void finish(Run run) throws IOException {
    Records.Version<RunRecord> now =
        records
            .read(run.name())
            .orElseThrow(() -> new IOException("run record " + run.name() + " is gone"));
    // Losing the race means that another launch has finished the run.
    records.replace(now, now.value().finishedAt(clock.millis()));
  }

  /** Begins a run, unless another launch begins it at the same time: then that one is joined. */
  private Run beginOrJoin(String name) throws IOException {
    Optional<Run> begun = tryBegin(name);
    if (begun.isPresent()) {
      return begun.get();
    }
    Run run = find(name).orElseThrow(() -> new IOException("run record " + name + " is gone"));
    requireSameJob(run);
    return run;
  }

  private Run begin(String name) throws IOException {
    return tryBegin(name).orElseThrow(() -> exists(name));
  }

  /** Begins a run, or begins it anew if nothing of it was sent. */
  private Run beginNamed(String name) throws IOException {
    Optional<Records.Version<RunRecord>> known = records.read(name);
    if (known.isEmpty()) {
      return begin(name);
    }
    if (known.get().value().finished() != null || !UnsentRuns.isUnsent(folder(name))) {
      throw exists(name);
    }
    return beginAnew(known.get());
  }

  private Run beginAnew(Records.Version<RunRecord> known) throws IOException {
    return run(unsent.beginAnew(known, folder(known.name())));
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

  /** Begins a run; empty if there is one of that name. */
  private Optional<Run> tryBegin(String name) throws IOException {
    RunRecord record =
        RunRecord.begun(
            name,
            UUID.randomUUID().toString().replace("-", ""),
            clock.millis(),
            CanonicalJob.text(job));
    Storage.createFolder(staging);
    return records.create(name, record).map(created -> run(created.value()));
  }

  private String freshName() throws IOException {
    String name = NAME.format(clock.instant());
    String candidate = name;
    for (int i = 2; read(candidate).isPresent(); i++) {
      candidate = name + "-" + i;
    }
    return candidate;
  }

  private Optional<Records.Version<RunRecord>> newestUnfinished() throws IOException {
    return records.readAll().values().stream()
        .filter(record -> record.value().finished() == null)
        .max(Comparator.comparing(record -> record.value().created()));
  }

  private List<RunRecord> all() throws IOException {
    return records.readAll().values().stream().map(Records.Version::value).toList();
  }

  private Optional<RunRecord> read(String name) throws IOException {
    return records.read(name).map(Records.Version::value);
  }

  /** A run's name leads to its folder. */
  private Run run(RunRecord record) {
    if (!NAMES.matcher(record.name()).matches()) {
      throw StagedNames.changed(
          staging + "/" + job.name() + "/" + FOLDER,
          "a record names a run that can't be called so");
    }
    return new Run(job, record, folder(record.name()));
  }

  private RunFolder folder(String name) {
    return RunFolder.of(staging, job.name(), name);
  }

  /** Which run to open. */
  public enum Choice {
    /** The unfinished one, if there is one. */
    RESUME,
    /** A new one. */
    NEW
  }
}
