package io.beambatch.sink;

import io.beambatch.bigquery.TableChecks;
import io.beambatch.chunk.Plan;
import io.beambatch.job.Job;
import io.beambatch.storage.JsonCoder;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;

/**
 * Lets plans pass only if the documents that they hold fit the sink's table. For sources without a
 * schema: what their documents look like is known with the plan, and not before.
 */
public final class CheckTable extends PTransform<PCollection<Plan>, PCollection<Plan>> {
  private final Job job;
  private final RunFolder folder;

  /** Checks the plans of a run. */
  public CheckTable(Job job, RunFolder folder) {
    this.job = job;
    this.folder = folder;
  }

  /** Whether there is something to check that could not be checked before. */
  public static boolean isNeeded(Job job) {
    return job.sink().table() != null && !job.source().type().hasSchema();
  }

  @Override
  public PCollection<Plan> expand(PCollection<Plan> plans) {
    return plans
        .apply("Compare columns", ParDo.of(new CheckFn(job, folder)))
        .setCoder(JsonCoder.of(Plan.class));
  }

  private static final class CheckFn extends DoFn<Plan, Plan> {
    private final Job job;
    private final RunFolder folder;

    CheckFn(Job job, RunFolder folder) {
      this.job = job;
      this.folder = folder;
    }

    @ProcessElement
    public void check(@Element Plan plan, PipelineOptions options, OutputReceiver<Plan> out)
        throws IOException {
      new TableChecks(options)
          .sink(
              "sink.table",
              job.sink().table(),
              new SinkSchema(job, folder).answered(),
              folder.path(),
              true);
      out.output(plan);
    }
  }
}
