package io.beambatch.cli;

import io.beambatch.BatchPipeline;
import io.beambatch.Preflight;
import io.beambatch.batch.Admission;
import io.beambatch.batch.CoordinatorSettings;
import io.beambatch.chunk.PlanCheck;
import io.beambatch.run.Run;
import java.io.IOException;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.options.PipelineOptions;

/**
 * Launches a run's pipelines, one after the other, and waits for each. Before the first one it
 * checks the job's source and destinations.
 */
final class GraphLauncher {
  private final Run run;
  private final Admission admission;
  private final Preflight preflight;
  private final PipelineOptions options;
  private final Progress progress;
  private boolean checked;

  /**
   * @param admission is asked before a batch is created
   */
  GraphLauncher(
      Run run,
      Admission admission,
      Preflight preflight,
      PipelineOptions options,
      Progress progress) {
    this.run = run;
    this.admission = admission;
    this.preflight = preflight;
    this.options = options;
    this.progress = progress;
  }

  /** Builds the graph to launch. */
  @FunctionalInterface
  interface Graph {
    void build(BatchPipeline graph, Pipeline pipeline, CoordinatorSettings settings);
  }

  /** Checks source and destinations, unless they are checked already. */
  void check() throws IOException {
    if (!checked) {
      preflight.check(run.folder(), run.isPlanned());
      preflight.keepSchema(run.folder());
      checked = true;
    }
  }

  /** The settings of this run's coordinators, which report their progress. */
  CoordinatorSettings settings() {
    return run.settings().admitting(admission).reportingTo(progress.sink());
  }

  /**
   * Launches a graph, and returns when it has ended.
   *
   * @param check sees every plan before anything of it is sent
   * @param meanwhile is called every second
   */
  void launch(Graph graph, PlanCheck check, Progress.Meanwhile meanwhile) throws IOException {
    check();
    Pipeline pipeline = Pipeline.create(options);
    graph.build(
        new BatchPipeline(run.job(), run.folder(), check).resuming(run.isPlanned()),
        pipeline,
        settings());
    PipelineResult result = pipeline.run();
    PipelineResult.State state;
    try {
      state = progress.waitFor(result, meanwhile);
    } catch (IOException | RuntimeException e) {
      cancel(result);
      throw e;
    }
    if (state != PipelineResult.State.DONE) {
      throw new IllegalStateException(
          "the runner ended the pipeline as "
              + state
              + "; run the same command again to resume, and look into the runner's log");
    }
  }

  /** A pipeline must not continue unseen after its command has failed. */
  private static void cancel(PipelineResult result) throws IOException {
    if (!result.getState().isTerminal()) {
      result.cancel();
    }
  }
}
