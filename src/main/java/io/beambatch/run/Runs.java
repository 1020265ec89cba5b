package io.beambatch.run;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.beambatch.chunk.FilePlans;
import io.beambatch.chunk.PlanStore;
import io.beambatch.job.CanonicalJob;
import io.beambatch.job.Job;
import io.beambatch.ledger.LedgerStore;
import io.beambatch.ledger.LedgerStore.Versioned;
import io.beambatch.ledger.Ledgers;
import io.beambatch.storage.RunFolder;
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
import org.jspecify.annotations.Nullable;

/** The runs of a job in a staging location: begun, found again, finished. */
public final class Runs {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final String FOLDER = "runs";
  private static final Pattern NAMES = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final String staging;
  private final Job job;
  private final LedgerStore store;
  private final Clock clock;

  /** The runs of a job. */
  public Runs(String staging, Job job, Clock clock) {
    this.staging = staging;
    this.job = job;
    this.store = Ledgers.open(staging + "/" + job.name());
    this.clock = clock;
  }

  /**
   * Finds the run to go on with, or begins one.
   *
   * @param name the run's name, or null for the newest unfinished one, else a new one named by the
   *     time
   * @throws RunException if the run was begun with another job, or a new one is to be begun though
   *     messages lie in an unfinished one
   * @throws IllegalArgumentException if a run can't be called so
   */
  public Run open(@Nullable String name, Choice choice) throws IOException, RunException {
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
   * A run that was begun before, with whatever job.
   *
   * @param name the run's name, or null for the newest unfinished one, else the newest
   * @throws NoRunException if there is none
   */
  public Run known(@Nullable String name) throws IOException, NoRunException {
    checkName(name);
    Optional<RunRecord> record = name == null ? newestUnfinished() : read(name);
    if (record.isEmpty() && name == null) {
      record = all().stream().max(Comparator.comparing(RunRecord::created));
    }
    if (record.isPresent()) {
      return run(record.get());
    }
    throw new NoRunException(
        "job "
            + job.name()
            + " has no run"
            + (name == null ? "" : " " + name)
            + " in "
            + staging
            + "; begin it with submit, or look for it with --run or --staging");
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
   * Makes sure that a run is gone on with as it was begun.
   *
   * @throws RunException if the job is another one; says what differs
   */
  public void requireSameJob(Run run) throws RunException {
    List<String> differences = differences(run);
    if (differences.isEmpty()) {
      return;
    }
    boolean finished = run.isFinished();
    throw new RunException(
        "run "
            + run.name()
            + " of job "
            + job.name()
            + (finished ? " is finished" : " is not finished")
            + ", and was begun with another job; what differs: "
            + String.join(", ", differences)
            + (finished
                ? ". Choose another --run name"
                : ". Put it back to finish that run, or begin another with --new-run"));
  }

  private static void checkName(@Nullable String name) {
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
   * Makes sure that a run has come so far that something may be under way.
   *
   * @throws NoRunException if its documents were not even read
   */
  public void requirePlan(Run run) throws IOException, NoRunException {
    if (isUntouched(run.record())) {
      throw new NoRunException(
          "run "
              + run.name()
              + " of job "
              + job.name()
              + " was begun, but nothing of it was sent yet; submit it first");
    }
  }

  /** Whether a run has sent nothing, and taken nothing that would be nowhere else. */
  private boolean isUntouched(RunRecord record) throws IOException {
    RunFolder folder = folder(record.name());
    return PlanStore.records(folder).names().isEmpty()
        && Storage.list(folder.inbox()).isEmpty();
  }

  /** Messages that were taken from a subscription belong to the run that took them. */
  private void requireNothingUnsent() throws IOException, RunException {
    for (RunRecord record : all()) {
      RunFolder folder = folder(record.name());
      List<String> taken = record.finished() == null ? Storage.list(folder.inbox()) : List.of();
      int unsent = taken.size() - new FilePlans(folder).among(taken).size();
      if (unsent > 0) {
        throw new RunException(
            "run "
                + record.name()
                + " of job "
                + job.name()
                + " has taken messages that it has not sent (files: "
                + unsent
                + "); go on with it (--run "
                + record.name()
                + ") until they are, or cancel it, before you begin another with --new-run");
      }
    }
  }

  /** Notes that nothing of a run is left to do. */
  public void finish(Run run) throws IOException {
    String record = FOLDER + "/" + run.name();
    Versioned now =
        store.read(record).orElseThrow(() -> new IOException("run record " + record + " is gone"));
    // Losing the race means that another launch has finished the run.
    store.write(
        record, now.version(), MAPPER.writeValueAsString(run.record().finishedAt(clock.millis())));
  }

  /** Begins a run, unless another begins it at the same time: then it is that one's. */
  private Run beginOrJoin(String name) throws IOException, RunException {
    try {
      return begin(name);
    } catch (RunException taken) {
      Run run = find(name).orElseThrow(() -> taken);
      requireSameJob(run);
      return run;
    }
  }

  private Run begin(String name) throws IOException, RunException {
    RunRecord record =
        new RunRecord(
            name,
            UUID.randomUUID().toString().replace("-", ""),
            clock.millis(),
            CanonicalJob.text(job),
            null);
    if (store
        .write(FOLDER + "/" + name, Versioned.ABSENT, MAPPER.writeValueAsString(record))
        .isEmpty()) {
      throw new RunException(
          "run " + name + " of job " + job.name() + " exists already; choose another --run name");
    }
    return run(record);
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
    List<RunRecord> records = new ArrayList<>();
    for (String name : store.list(FOLDER)) {
      records.add(
          read(name.substring(FOLDER.length() + 1))
              .orElseThrow(() -> new IOException("run record " + name + " is gone")));
    }
    return records;
  }

  private Optional<RunRecord> read(String name) throws IOException {
    Optional<Versioned> record = store.read(FOLDER + "/" + name);
    return record.isEmpty()
        ? Optional.empty()
        : Optional.of(MAPPER.readValue(record.get().content(), RunRecord.class));
  }

  private Run run(RunRecord record) {
    return new Run(job, record, folder(record.name()));
  }

  private RunFolder folder(String name) {
    return RunFolder.of(staging, job.name(), name);
  }

  /** Which run is wanted. */
  public enum Choice {
    /** The one that is there, if it is. */
    RESUME,
    /** One that begins now. */
    NEW
  }
}
