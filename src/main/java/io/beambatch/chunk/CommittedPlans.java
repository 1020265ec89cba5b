package io.beambatch.chunk;

import io.beambatch.storage.JsonCoder;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.transforms.windowing.AfterPane;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.Repeatedly;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.joda.time.Duration;

/**
 * Adds the committed plans to those of an endless source. It finds them while the pipeline runs:
 * all plans that the ledger has at the start, and the plan of each file that the source reports as
 * planned. The latter matters if a runner returns to a checkpoint: the pipeline doesn't start again
 * then, but plans may have been committed after the checkpoint.
 *
 * <p>A plan may be found in several ways, and is emitted once. All plans are emitted in the global
 * window, each as soon as it is found, because they no longer depend on a window. A few calls read
 * them, however many there are.
 */
final class CommittedPlans extends PTransform<PCollection<Plan>, PCollection<Plan>> {
  private final PCollection<String> plannedFiles;
  private final RunFolder folder;

  CommittedPlans(PCollection<String> plannedFiles, RunFolder folder) {
    this.plannedFiles = plannedFiles;
    this.folder = folder;
  }

  @Override
  public PCollection<Plan> expand(PCollection<Plan> plans) {
    PCollection<Plan> atStart =
        plans
            .getPipeline()
            .apply("Start", Create.of("start").withCoder(StringUtf8Coder.of()))
            .apply("List plans", ParDo.of(new ListFn(folder)))
            .setCoder(JsonCoder.of(Plan.class))
            .apply("Pass plans of the start", immediately());
    PCollection<Plan> ofFiles =
        plannedFiles
            .apply("Find plans of files", ParDo.of(new FindFn(folder)))
            .setCoder(JsonCoder.of(Plan.class))
            .apply("Pass plans of files", immediately());
    return PCollectionList.of(plans.apply("Pass new plans", immediately()))
        .and(atStart)
        .and(ofFiles)
        .apply("Flatten plans", Flatten.pCollections())
        .apply("Key by name", WithKeys.of(Plan::name).withKeyType(TypeDescriptors.strings()))
        .setCoder(KvCoder.of(StringUtf8Coder.of(), JsonCoder.of(Plan.class)))
        .apply("Pass each plan once", ParDo.of(new OnceFn()))
        .setCoder(JsonCoder.of(Plan.class));
  }

  private static <T> Window<T> immediately() {
    return Window.<T>into(new GlobalWindows())
        .triggering(Repeatedly.forever(AfterPane.elementCountAtLeast(1)))
        .withAllowedLateness(Duration.ZERO)
        .discardingFiredPanes();
  }

  private static final class ListFn extends DoFn<String, Plan> {
    private static final long serialVersionUID = 1L;

    private final RunFolder folder;

    ListFn(RunFolder folder) {
      this.folder = folder;
    }

    @ProcessElement
    public void process(OutputReceiver<Plan> plans) throws IOException {
      PlanStore.of(folder).allOfFirstAttempt().forEach(plans::output);
    }
  }

  /** Finds the plans of all files in a bundle together. */
  private static final class FindFn extends DoFn<String, Plan> {
    private static final long serialVersionUID = 1L;

    private final FilePlans plans;
    private transient Map<BoundedWindow, Set<String>> files;

    FindFn(RunFolder folder) {
      this.plans = new FilePlans(folder);
    }

    @StartBundle
    public void startBundle() {
      files = new HashMap<>();
    }

    @ProcessElement
    public void process(@Element String file, BoundedWindow window) {
      files.computeIfAbsent(window, unknown -> new HashSet<>()).add(file);
    }

    @FinishBundle
    public void finishBundle(FinishBundleContext context) throws IOException {
      for (Map.Entry<BoundedWindow, Set<String>> found : files.entrySet()) {
        BoundedWindow window = found.getKey();
        for (Plan plan : plans.holding(found.getValue())) {
          context.output(plan, window.maxTimestamp(), window);
        }
      }
    }
  }

  private static final class OnceFn extends DoFn<KV<String, Plan>, Plan> {
    private static final long serialVersionUID = 1L;

    @StateId("passed")
    private final StateSpec<ValueState<Boolean>> passedSpec = StateSpecs.value();

    @ProcessElement
    public void process(
        @Element KV<String, Plan> plan,
        @StateId("passed") ValueState<Boolean> passed,
        OutputReceiver<Plan> out) {
      if (passed.read() == null) {
        passed.write(true);
        out.output(plan.getValue());
      }
    }
  }
}
