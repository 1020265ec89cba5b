package io.beambatch.run;

import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import io.beambatch.job.Job;
import io.beambatch.ledger.Ledgers;
import io.beambatch.ledger.Records;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.StagedNames;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The runs of a job in a staging location, by name. {@link Runs} begins and finishes them. */
final class RunRegister {
  static final String FOLDER = "runs";
  private static final Pattern NAMES = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

  /** How many names an error lists if a run is not found. */
  private static final int LISTED = 10;

  private final String staging;
  private final Job job;
  private final Records<RunRecord> records;

  RunRegister(String staging, Job job) {
    this.staging = staging;
    this.job = job;
    this.records = new Records<>(Ledgers.open(staging + "/" + job.name()), FOLDER, RunRecord.class);
  }

  Records<RunRecord> records() {
    return records;
  }

  /**
   * Checks that a name is valid for a run.
   *
   * @param name null if the run has no name yet
   * @throws IllegalArgumentException if it isn't valid
   */
  static void checkName(@Nullable String name) {
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
   * Finds an existing run, whatever job it was begun with.
   *
   * @param name the run's name, or null for the newest unfinished one, else the newest
   * @throws UserException if there is none; lists those that exist
   */
  Run known(@Nullable String name) throws IOException {
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

  /** Newest first. */
  private static String names(List<RunRecord> all) {
    String names =
        all.stream()
            .sorted(Comparator.comparing(RunRecord::created).reversed())
            .limit(LISTED)
            .map(record -> record.name() + (record.finished() == null ? "" : " (finished)"))
            .collect(Collectors.joining(", "));
    return all.size() > LISTED ? names + " and " + (all.size() - LISTED) + " older ones" : names;
  }

  /** Other unfinished runs of the job that have sent something; newest first. */
  List<Run> unfinishedBesides(Run run) throws IOException {
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

  /** The run with a name, or empty. */
  Optional<Run> find(String name) throws IOException {
    return read(name).map(this::run);
  }

  /** An unused name made from the time. */
  String freshName(Instant now) throws IOException {
    String name = NAME.format(now);
    String candidate = name;
    for (int i = 2; read(candidate).isPresent(); i++) {
      candidate = name + "-" + i;
    }
    return candidate;
  }

  Optional<Records.Version<RunRecord>> newestUnfinished() throws IOException {
    return records.readAll().values().stream()
        .filter(record -> record.value().finished() == null)
        .max(Comparator.comparing(record -> record.value().created()));
  }

  List<RunRecord> all() throws IOException {
    return List.copyOf(records.values().values());
  }

  Optional<RunRecord> read(String name) throws IOException {
    return records.value(name);
  }

  /** The run of a record; its name determines its folder. */
  Run run(RunRecord record) {
    if (!NAMES.matcher(record.name()).matches()) {
      throw StagedNames.changed(
          staging + "/" + job.name() + "/" + FOLDER,
          "a record names a run that can't be called so");
    }
    return new Run(job, record, folder(record.name()));
  }

  RunFolder folder(String name) {
    return RunFolder.of(staging, job.name(), name);
  }
}
