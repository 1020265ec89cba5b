package io.beambatch.template;

import io.beambatch.BatchPipeline;
import io.beambatch.Preflight;
import io.beambatch.SecretProviders;
import io.beambatch.batch.BatchException;
import io.beambatch.batch.BatchWatch;
import io.beambatch.batch.CoordinatorSettings;
import io.beambatch.chunk.PlanCheck;
import io.beambatch.job.Job;
import io.beambatch.provider.ProviderFactory;
import io.beambatch.run.Budget;
import io.beambatch.run.Run;
import io.beambatch.run.RunLaunch;
import io.beambatch.run.RunProgress;
import io.beambatch.run.Runs;
import io.beambatch.run.Runs.Choice;
import io.beambatch.template.TemplateOptions.Mode;
import java.io.IOException;
import java.time.Clock;
import org.apache.beam.runners.dataflow.options.DataflowPipelineWorkerPoolOptions;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.options.StreamingOptions;
import org.apache.beam.sdk.transforms.Impulse;

/**
 * The launcher program of the flex template: reads the job file, begins or resumes the run, and
 * submits the graph to Dataflow. It does not wait for the job, which outlives the launcher. To
 * collect, it first polls the batches itself: while nothing has ended, there is no work for
 * workers.
 */
public final class FlexTemplate {
  private FlexTemplate() {}

  /** Launches a job by {@link TemplateOptions}. */
  public static void main(String[] args) throws Exception {
    PipelineOptionsFactory.register(TemplateOptions.class);
    TemplateOptions options =
        PipelineOptionsFactory.fromArgs(args).withValidation().as(TemplateOptions.class);
    Job job = HostedJob.read(options);
    SecretProviders providers =
        SecretProviders.of(job.inference(), options.getApiKeySecret()).keepingTo(System.getenv());
    pipeline(job, options, providers).run();
  }

  /** The graph of a launch. */
  static Pipeline pipeline(Job job, TemplateOptions options, ProviderFactory providers)
      throws IOException, InterruptedException {
    Runs runs = new Runs(options.getStaging(), job, Clock.systemUTC());
    Run run = open(runs, options);
    RunLaunch launch = runs.enter(run);
    try {
      return pipeline(run, options, providers);
    } catch (IOException | InterruptedException | RuntimeException e) {
      // From now on, the Dataflow job is working on the run, long after this process.
      launch.close();
      throw e;
    }
  }

  private static Pipeline pipeline(Run run, TemplateOptions options, ProviderFactory providers)
      throws IOException, InterruptedException {
    Job job = run.job();
    if (job.source().isEndless()) {
      options.as(StreamingOptions.class).setStreaming(true);
    }
    Pipeline pipeline = Pipeline.create(options);
    if (run.isFinished()) {
      return idle(pipeline, "Run " + run.name() + " was finished before");
    }
    if (options.getMode() == Mode.COLLECT && !leavesWork(run, providers)) {
      return idle(pipeline, "Nothing of run " + run.name() + " has ended since the last look");
    }
    boolean planned = run.isPlanned();
    boolean cancelling = options.getMode() == Mode.CANCEL;
    if (cancelling) {
      // From now on, no launch of the run sends anything; its workers cancel the batches.
      run.batches().cancel(Clock.systemUTC().instant());
    }
    Preflight preflight = new Preflight(job, options);
    preflight = cancelling ? preflight.takingNoMore() : preflight;
    preflight.check(run.folder(), planned);
    preflight.keepSchema(run.folder());
    Budget budget = run.budget();
    BatchPipeline graph =
        cancelling
            ? new BatchPipeline(job, run.folder(), PlanCheck.NONE).withoutReading()
            : new BatchPipeline(job, run.folder(), budget).resuming(planned);
    CoordinatorSettings settings = run.settings();
    if (options.getMode() == Mode.SUBMIT) {
      graph.submit(pipeline, settings.pollingOnce(), providers);
    } else {
      graph
          .run(
              pipeline,
              options.getMode() == Mode.COLLECT ? settings.pollingOnce() : settings,
              providers)
          .apply("Fail over limit", new FailOverLimit(job, run.folder()));
    }
    return pipeline;
  }

  /**
   * A launch must create a job: this one succeeds, so that a repetition does no harm. It has one
   * step over no elements, and at most one machine.
   */
  private static Pipeline idle(Pipeline pipeline, String why) {
    DataflowPipelineWorkerPoolOptions workers =
        pipeline.getOptions().as(DataflowPipelineWorkerPoolOptions.class);
    workers.setNumWorkers(1);
    workers.setMaxNumWorkers(1);
    pipeline.apply(why, Impulse.create());
    return pipeline;
  }

  /**
   * Polls the batches from the launcher, unless there is work for workers in any case: submits what
   * may be submitted, and records what has ended.
   *
   * @return whether there is something to join, write, upload or reconcile
   * @throws BatchException if there isn't, because a chunk was set aside
   */
  private static boolean leavesWork(Run run, ProviderFactory providers)
      throws IOException, InterruptedException {
    RunProgress progress = RunProgress.of(run);
    if (progress.hasWork() || !progress.isPending()) {
      return true;
    }
    try (BatchWatch watch =
        BatchWatch.open(run.settings().pollingOnce(), run.folder(), providers)) {
      watch.track(progress.all());
      watch.pollOnce();
      progress = RunProgress.of(run);
      if (!progress.hasWork() && !progress.isDone() && watch.failure().isPresent()) {
        throw watch.failure().get();
      }
    }
    return progress.hasWork() || progress.isDone();
  }

  private static Run open(Runs runs, TemplateOptions options) throws IOException {
    String name = options.getRun();
    if (options.getMode() != Mode.COLLECT && options.getMode() != Mode.CANCEL) {
      return runs.open(name, Choice.RESUME);
    }
    Run run = runs.known(name);
    runs.requireSameJob(run);
    if (options.getMode() == Mode.COLLECT) {
      runs.requirePlan(run);
    }
    return run;
  }
}
