package io.beambatch.chunk;

import io.beambatch.job.Limits;
import io.beambatch.ledger.PermanentErrors;
import io.beambatch.schema.Shape;
import io.beambatch.storage.JsonCoder;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gathers the descriptors of a window's parts, packs them into chunks and commits the plan.
 *
 * <p>This step decides what is planned. For bounded input it emits all plans of the first attempt:
 * those that an earlier or concurrent launch has committed, or else a new one. It therefore doesn't
 * matter when the source's readers looked for plans: whatever they omitted as planned is in a plan.
 * For unbounded input, each window gives its own plan; one whose counts don't add up is not sent,
 * and the others continue.
 */
final class PlanChunks extends PTransform<PCollection<PlanInput>, PCollection<Plan>> {
  private final int attempt;
  private final RunFolder folder;
  private final Limits limits;
  private final LineSelector selector;
  private final boolean judged;

  /** Plans without a canary. */
  PlanChunks(int attempt, RunFolder folder, Limits limits, LineSelector selector) {
    this(attempt, folder, limits, selector, false);
  }

  /**
   * @param judged whether the lines that are sent first are a canary
   */
  PlanChunks(int attempt, RunFolder folder, Limits limits, LineSelector selector, boolean judged) {
    this.judged = judged;
    this.attempt = attempt;
    this.folder = folder;
    this.limits = limits;
    this.selector = selector;
  }

  @Override
  public PCollection<Plan> expand(PCollection<PlanInput> input) {
    return input
        .apply("Key all alike", WithKeys.of(0))
        .setCoder(KvCoder.of(VarIntCoder.of(), JsonCoder.of(PlanInput.class)))
        .apply("Gather part descriptors", GroupByKey.create())
        .apply("Pack and commit", ParDo.of(new PackFn(this, input.isBounded())))
        .setCoder(JsonCoder.of(Plan.class));
  }

  private static final class PackFn extends DoFn<KV<Integer, Iterable<PlanInput>>, Plan> {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(PlanChunks.class);

    private final int attempt;
    private final RunFolder folder;
    private final Limits limits;
    private final LineSelector selector;
    private final boolean judged;
    private final boolean bounded;
    private final PermanentErrors permanentErrors;
    private final FilePlans filePlans;
    private transient PlanStore store;
    private transient Planner planner;

    PackFn(PlanChunks step, IsBounded input) {
      this.attempt = step.attempt;
      this.folder = step.folder;
      this.limits = step.limits;
      this.selector = step.selector;
      this.judged = step.judged;
      this.bounded = input == IsBounded.BOUNDED;
      this.permanentErrors = PermanentErrors.of(input, folder);
      this.filePlans = new FilePlans(folder);
    }

    @Setup
    public void setup() {
      store = PlanStore.of(folder);
      planner = new Planner(folder, limits, selector, judged);
    }

    @ProcessElement
    public void process(
        @Element KV<Integer, Iterable<PlanInput>> gathered,
        BoundedWindow window,
        OutputReceiver<Plan> out)
        throws IOException {
      Gathered input = Gathered.of(gathered.getValue());
      if (attempt > 1) {
        if (!input.parts.isEmpty() && isComplete(input.joined)) {
          out.output(commit(input, window));
        }
      } else if (bounded) {
        planNew(input, window);
        for (String name : store.namesOfFirstAttempt()) {
          out.output(store.require(name));
        }
      } else {
        try {
          out.output(commit(input, window));
        } catch (RuntimeException e) {
          if (!permanentErrors.record(
              PermanentErrors.UNPLANNED + window.maxTimestamp().getMillis(), e)) {
            throw e;
          }
        }
      }
    }

    private void planNew(Gathered input, BoundedWindow window) throws IOException {
      if (input.files.isEmpty() && !store.namesOfFirstAttempt().isEmpty()) {
        planner.drop(input.parts);
      } else if (input.origin) {
        commit(input, window);
      }
    }

    private Plan commit(Gathered input, BoundedWindow window) throws IOException {
      return input.files.isEmpty()
          ? planner.plan(
              PlanName.of(attempt, window, input.parts), input.parts, input.read, input.shape)
          : planner.planFiles(
              filePlans, input.parts, input.read, List.copyOf(input.files), input.shape);
    }

    /**
     * Returns whether every chunk of the previous attempt is joined. A launch that polls only once
     * may leave batches in flight, and a later launch brings the requests that they add to this
     * attempt.
     */
    private boolean isComplete(Set<String> joined) throws IOException {
      for (Plan plan : store.all()) {
        if (plan.attempt() == attempt - 1
            && !plan.chunks().stream().map(Chunk::id).allMatch(joined::contains)) {
          LOG.info("attempt {} waits for the rest of plan {}", attempt, plan.name());
          return false;
        }
      }
      return true;
    }
  }

  /** What was gathered in a window. */
  private static final class Gathered {
    private final List<Part> parts = new ArrayList<>();
    private final TreeSet<String> files = new TreeSet<>();
    private final Set<String> joined = new HashSet<>();
    private Shape shape = Shape.NONE;
    private long read;
    private boolean origin;

    static Gathered of(Iterable<PlanInput> inputs) {
      Gathered all = new Gathered();
      inputs.forEach(all::add);
      return all;
    }

    private void add(PlanInput input) {
      read += input.read();
      origin |= input.origin();
      if (input.part() != null) {
        parts.add(input.part());
      }
      if (input.file() != null) {
        files.add(input.file());
      }
      if (input.joined() != null) {
        joined.add(input.joined());
      }
      if (input.shape() != null) {
        shape = shape.merge(input.shape());
      }
    }
  }
}
