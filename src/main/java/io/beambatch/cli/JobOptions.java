package io.beambatch.cli;

import io.beambatch.job.Job;
import io.beambatch.job.JobFileException;
import io.beambatch.job.JobReader;
import io.beambatch.run.Run;
import io.beambatch.run.Runs;
import io.beambatch.run.Runs.Choice;
import io.beambatch.storage.FileSystemOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.runners.direct.DirectRunner;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The options of every command that takes a job file. */
final class JobOptions {
  /**
   * If Flink restores a checkpoint from before Beam's sources were split, they read nothing more.
   * This pause before the first checkpoint gives them enough time to split.
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

  @Option(names = "--verbose", description = "Logs every action.")
  void verbose(boolean on) {
    if (on) {
      Logs.verbose();
    }
  }

  private @Nullable PipelineOptions beam;

  Job readJob() throws JobFileException {
    if (!beamOptions.isEmpty()) {
      // An unknown one is an error before anything else.
      beam();
    }
    FileSystemOptions.useWhenNeeded(this::beam);
    Job job = JobReader.read(file, overrides);
    endWithItsSource(job);
    return job;
  }

  /** With checkpoints, Flink keeps finished sources alive, so that no job would end. */
  private void endWithItsSource(Job job) {
    String option = "shutdownSourcesAfterIdleMs";
    if (!job.source().isEndless()
        && !beamOptions.isEmpty()
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
   * Beam's options. The direct runner is configured for production, not for finding faults in
   * DoFns: its checks of every element take most of its time, and its driver, which never rests,
   * gets one thread more than there are cores.
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

  /** Options for the run that a command begins or resumes. */
  static final class RunOptions {
    @Option(
        names = "--run",
        paramLabel = "NAME",
        description = "The run. Default: the unfinished one, else a new one named by the time.")
    private @Nullable String name;

    @Option(
        names = "--new-run",
        description =
            "Begins a new run. With --run NAME, starts that run over; nothing of it may be sent yet.")
    private boolean newRun;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    /** Refuses these options where another one is not given. */
    void requireNone(String unless) {
      if (name != null || newRun) {
        throw new ParameterException(command.commandLine(), "--run and --new-run need " + unless);
      }
    }

    /** Opens the run. Prints a message if a run of this name is started over. */
    Run open(Runs runs, PrintWriter err) throws IOException {
      Runs.checkName(name);
      Optional<Run> before = name == null ? Optional.empty() : runs.find(name);
      Run run = runs.open(name, newRun ? Choice.NEW : Choice.RESUME);
      if (before.isPresent() && !before.get().record().uid().equals(run.record().uid())) {
        err.println("nothing of run " + name + " had been sent: it starts over with this job");
      }
      return run;
    }
  }

  /** Options for the existing run that a command works on. */
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
