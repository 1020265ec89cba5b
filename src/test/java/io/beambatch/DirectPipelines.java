package io.beambatch;

import java.util.stream.Stream;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.runners.direct.DirectRunner;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;

/**
 * Pipelines whose input ends, on the direct runner, which does one thing after the other. Its
 * driver never rests: where there is a second thread, it takes as much of the machine as the work.
 */
public final class DirectPipelines {
  private DirectPipelines() {}

  /** An empty pipeline. */
  public static Pipeline create() {
    return Pipeline.create(options());
  }

  /** The options that were given; unless one of them says otherwise, for one thread. */
  public static PipelineOptions options(String... given) {
    PipelineOptions options = PipelineOptionsFactory.fromArgs(given).create();
    if (options.getRunner() == DirectRunner.class
        && Stream.of(given).noneMatch(option -> option.startsWith("--targetParallelism="))) {
      options.as(DirectOptions.class).setTargetParallelism(1);
    }
    return options;
  }
}
