package io.beambatch.cli;

import io.beambatch.job.Job;
import io.beambatch.job.JobFileException;
import io.beambatch.job.JobReader;
import io.beambatch.run.Run;
import io.beambatch.run.Runs;
import io.beambatch.run.Runs.Choice;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.runners.direct.DirectRunner;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What every command that takes a job file understands. */
final class JobOptions {
  /**
   * Sources of Beam that Flink takes back to a checkpoint from before they were split read nothing
   * any more. Flink waits as long as this before the first checkpoint, which is time enough.
   */
  private static final String FIRST_CHECKPOINT_LATER = "--minPauseBetweenCheckpoints=5000";

  @Parameters(index = "0", paramLabel = "JOB.yaml", description = "The job file.")
  private String file;

  @Parameters(
      index = "1..*",
      paramLabel = "-- BEAM_OPTION",
      description = "Options for Beam and its runner, after --, such as --runner=FlinkRunner.")
  private List<String> beamOptions = new ArrayList<>();

  @Mixin private StagingOption staging;

  @Option(
      names = "--set",
      paramLabel = "KEY.PATH=VALUE",
      description = "Overrides a field of the job file; may be repeated.")
  private List<String> overrides = new ArrayList<>();

  @Option(names = "--verbose", description = "Logs all that is done.")
  void verbose(boolean on) {
    if (on) {
      Logs.verbose();
    }
  }

  private @Nullable PipelineOptions beam;

  Job readJob() throws JobFileException {
    // Job files may lie on gs://: file systems come before everything else.
    FileSystems.setDefaultPipelineOptions(beam());
    Job job = JobReader.read(file, overrides);
    endWithItsSource(job);
    return job;
  }

  /** With checkpoints, Flink keeps sources alive that have read all there is: no job would end. */
  private void endWithItsSource(Job job) {
    String option = "shutdownSourcesAfterIdleMs";
    if (!job.source().isEndless()
        && beam().getRunner().getSimpleName().equals("FlinkRunner")
        && !isGiven(option)) {
      beamOptions.add("--" + option + "=0");
      beam = null;
    }
  }

  String file() {
    return file;
  }

  String staging() {
    return staging.path();
  }

  /**
   * Beam's options. The direct runner is set for use, not for finding faults in DoFns: its checks
   * of every element cost most of its time, and a thread more than there are cores goes to its
   * driver, which never rests.
   */
  PipelineOptions beam() {
    if (beam == null) {
      List<String> args = new ArrayList<>(beamOptions);
      if (beamOptions.stream().anyMatch(given -> given.matches("--runner=(.*\\.)?FlinkRunner"))
          && isGiven("checkpointingInterval")
          && !isGiven("minPauseBetweenCheckpoints")) {
        args.add(FIRST_CHECKPOINT_LATER);
      }
      beam = BeamOptions.parse(args);
      if (beam.getRunner() == DirectRunner.class) {
        setDefaults(beam.as(DirectOptions.class));
      }
    }
    return beam;
  }

  private void setDefaults(DirectOptions direct) {
    direct.setBlockOnRun(false);
    if (!isGiven("enforceImmutability")) {
      direct.setEnforceImmutability(false);
    }
    if (!isGiven("enforceEncodability")) {
      direct.setEnforceEncodability(false);
    }
    if (!isGiven("targetParallelism")) {
      direct.setTargetParallelism(Math.max(2, Runtime.getRuntime().availableProcessors()));
    }
  }

  private boolean isGiven(String option) {
    return beamOptions.stream().anyMatch(given -> given.startsWith("--" + option));
  }

  /** The run that a command begins or goes on with. */
  static final class RunOptions {
    @Option(
        names = "--run",
        paramLabel = "NAME",
        description = "The run. Default: the unfinished one, else a new one named by the time.")
    private @Nullable String name;

    @Option(
        names = "--new-run",
        description =
            "Begins another run; with --run NAME, one of that name, of which nothing was sent yet.")
    private boolean newRun;

    /** Opens the run. Says so if a run of this name is started over. */
    Run open(Runs runs, PrintWriter err) throws IOException {
      Runs.checkName(name);
      Optional<Run> before = name == null ? Optional.empty() : runs.find(name);
      Run run = runs.open(name, newRun ? Choice.NEW : Choice.RESUME);
      if (before.isPresent() && !before.get().record().uid().equals(run.record().uid())) {
        err.println("nothing of run " + name + " had been sent: it begins anew with this job");
      }
      return run;
    }
  }

  /** The run that a command goes on with. */
  static final class KnownRunOptions {
    @Option(
        names = "--run",
        paramLabel = "NAME",
        description = "The run. Default: the unfinished one, else the last one.")
    private @Nullable String name;

    @Nullable String name() {
      return name;
    }
  }
}
