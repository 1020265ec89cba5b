package io.beambatch.chunk;

import io.beambatch.job.Job;
import io.beambatch.job.Limits;
import io.beambatch.schema.Shape;
import io.beambatch.storage.JsonCoder;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.List;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;

/**
 * Plans a later attempt: packs the parts that the join has written for it into chunks, and commits
 * the plan.
 *
 * <p>For bounded input, the attempt has one plan. It is committed only when every chunk of the
 * previous attempt is joined: a committed plan never changes, so requests that arrived later would
 * be in none.
 *
 * <p>For unbounded input, each part has its own plan. Which parts arrive together there is random,
 * and differs after a restart; with its own plan, a part that arrives twice gets the same plan.
 */
public final class PlanRetries extends PTransform<PCollection<RetryRequests>, PCollection<Plan>> {
  private final int attempt;
  private final Job job;
  private final RunFolder folder;

  /**
   * Plans within the job's limits.
   *
   * @param attempt 2 or more
   */
  public PlanRetries(int attempt, Job job, RunFolder folder) {
    this.attempt = attempt;
    this.job = job;
    this.folder = folder;
  }

  @Override
  public PCollection<Plan> expand(PCollection<RetryRequests> joined) {
    if (joined.isBounded() == IsBounded.UNBOUNDED || job.source().isEndless()) {
      return joined
          .apply(
              "Commit a plan for each part",
              ParDo.of(new PlanPartFn(attempt, folder, job.inference().limits())))
          .setCoder(JsonCoder.of(Plan.class));
    }
    return joined
        .apply("Count requests", ParDo.of(new CountRequestsFn()))
        .setCoder(JsonCoder.of(PlanInput.class))
        .apply("Plan", new PlanChunks(attempt, folder, job.inference().limits(), LineSelector.ALL));
  }

  /**
   * Commits the plan of an attempt over bounded input without a pipeline, unless there is one.
   *
   * @param attempt 2 or more
   * @param parts of all chunks of the previous attempt, which are all joined
   */
  public static void commit(int attempt, List<Part> parts, Job job, RunFolder folder)
      throws IOException {
    long documents = parts.stream().mapToLong(Part::documents).sum();
    new Planner(folder, job.inference().limits())
        .plan(PlanName.of(attempt, "a" + attempt), parts, documents, Shape.NONE);
  }

  private static final class CountRequestsFn extends DoFn<RetryRequests, PlanInput> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element RetryRequests retry, OutputReceiver<PlanInput> out) {
      out.output(PlanInput.of(retry));
    }
  }

  private static final class PlanPartFn extends DoFn<RetryRequests, Plan> {
    private static final long serialVersionUID = 1L;

    private final int attempt;
    private final RunFolder folder;
    private final Limits limits;
    private transient Planner planner;

    PlanPartFn(int attempt, RunFolder folder, Limits limits) {
      this.attempt = attempt;
      this.folder = folder;
      this.limits = limits;
    }

    @Setup
    public void setup() {
      planner = new Planner(folder, limits);
    }

    @ProcessElement
    public void process(@Element RetryRequests retry, OutputReceiver<Plan> out) throws IOException {
      Part part = retry.part();
      if (part != null) {
        PlanName name = PlanName.of(attempt, "a" + attempt + "-" + part.name());
        out.output(planner.plan(name, List.of(part), part.documents(), Shape.NONE));
      }
    }
  }
}
