package io.beambatch.run;

import io.beambatch.chunk.FilePlans;
import io.beambatch.chunk.PlanStore;
import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import io.beambatch.job.CanonicalJob;
import io.beambatch.job.Job;
import io.beambatch.ledger.Ledgers;
import io.beambatch.ledger.Records;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Begins, finds and finishes the runs of a job in a staging location. Commands start here. */
public final class Runs {
  private static final String FOLDER = "runs";
  private static final Pattern NAMES = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final String staging;
  private final Job job;
  private final Records<RunRecord> records;
  private final Clock clock;

  /** The runs of a job. */
  public Runs(String staging, Job job, Clock clock) {
    this.staging = staging;
    this.job = job;
    this.records = new Records<>(Ledgers.open(staging + "/" + job.name()), FOLDER, RunRecord.class);
    this.clock = clock;
  }

  /**
   * Finds the run to resume, or begins one.
   *
   * @param name the run's name, or null for the newest unfinished one, else a new one named by the
   *     time
   * @throws UserException if the run was begun with another job, or a new one is to be begun though
   *     messages lie in an unfinished one
   * @throws IllegalArgumentException if a run can't be called so
   */
  public Run open(@Nullable String name, Choice choice) throws IOException {
    checkName(name);
    if (choice == Choice.NEW) {
      requireNothingUnsent();
      return begin(name == null ? freshName() : name);
    }
    Optional<RunRecord> known = name == null ? newestUnfinished() : read(name);
    if (known.isEmpty()) {
      return name == null ? begin(freshName()) : beginOrJoin(name);
    }
    Run run = run(known.get());
    if (!differences(run).isEmpty() && name == null && isUntouched(run.record())) {
      // Nothing of it was sent, so nothing is lost with it: most often a path was wrong.
      return begin(freshName());
    }
    requireSameJob(run);
    return run;
  }

  /**
   * Finds a run that was begun before, with whatever job.
   *
   * @param name the run's name, or null for the newest unfinished one, else the newest
   * @throws UserException if there is none
   */
  public Run known(@Nullable String name) throws IOException {
    checkName(name);
    Optional<RunRecord> record = name == null ? newestUnfinished() : read(name);
    if (record.isEmpty() && name == null) {
      record = all().stream().max(Comparator.comparing(RunRecord::created));
    }
    if (record.isPresent()) {
      return run(record.get());
    }
    throw new UserException(
        "job "
            + job.name()
            + " has no run"
            + (name == null ? "" : " " + name)
            + " in "
            + staging
            + "; begin it with submit, or look for it with --run or --staging",
        ExitCode.USAGE);
  }

  /** The run of a name, or empty. */
  Optional<Run> find(String name) throws IOException {
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
  public void requireSameJob(Run run) {
    List<String> differences = differences(run);
    if (differences.isEmpty()) {
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
                : ". Put it back to finish that run, or begin another with --new-run"),
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
    if (isUntouched(run.record())) {
      throw new UserException(
          "run "
              + run.name()
              + " of job "
              + job.name()
              + " was begun, but nothing of it was sent yet; submit it first",
          ExitCode.USAGE);
    }
  }

  /** Whether a run has no plan, and no messages that are nowhere else. */
  private boolean isUntouched(RunRecord record) throws IOException {
    RunFolder folder = folder(record.name());
    return PlanStore.records(folder).names().isEmpty() && Storage.list(folder.inbox()).isEmpty();
  }

  /** Messages that a run took from a subscription are in no other place until they are sent. */
  private void requireNothingUnsent() throws IOException {
    for (RunRecord record : all()) {
      RunFolder folder = folder(record.name());
      List<String> taken = record.finished() == null ? Storage.list(folder.inbox()) : List.of();
      int unsent = taken.size() - new FilePlans(folder).among(taken).size();
      if (unsent > 0) {
        throw new UserException(
            "run "
                + record.name()
                + " of job "
                + job.name()
                + " has taken messages that it has not sent (files: "
                + unsent
                + "); go on with it (--run "
                + record.name()
                + ") until they are, or cancel it, before you begin another with --new-run",
            ExitCode.ERROR);
      }
    }
  }

  /** Writes down that nothing of a run is left to do. */
  public void finish(Run run) throws IOException {
    Records.Version<RunRecord> now =
        records
            .read(run.name())
            .orElseThrow(() -> new IOException("run record " + run.name() + " is gone"));
    // Losing the race means that another launch has finished the run.
    records.replace(now, run.record().finishedAt(clock.millis()));
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
    return tryBegin(name)
        .orElseThrow(
            () ->
                new UserException(
                    "run "
                        + name
                        + " of job "
                        + job.name()
                        + " exists already; choose another --run name",
                    ExitCode.ERROR));
  }

  /** Begins a run; empty if there is one of that name. */
  private Optional<Run> tryBegin(String name) throws IOException {
    RunRecord record =
        new RunRecord(
            name,
            UUID.randomUUID().toString().replace("-", ""),
            clock.millis(),
            CanonicalJob.text(job),
            null);
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

  private Optional<RunRecord> newestUnfinished() throws IOException {
    return all().stream()
        .filter(record -> record.finished() == null)
        .max(Comparator.comparing(RunRecord::created));
  }

  private List<RunRecord> all() throws IOException {
    return records.readAll().values().stream().map(Records.Version::value).toList();
  }

  private Optional<RunRecord> read(String name) throws IOException {
    return records.read(name).map(Records.Version::value);
  }

  private Run run(RunRecord record) {
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
