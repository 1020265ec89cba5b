package io.beambatch.chunk;

import io.beambatch.document.Document;
import io.beambatch.document.FailedDocument;
import io.beambatch.job.CanarySpec;
import io.beambatch.job.Job;
import io.beambatch.job.Taken;
import io.beambatch.ledger.RunMetrics;
import io.beambatch.request.PromptCache;
import io.beambatch.reuse.AnswerCache;
import io.beambatch.schema.Shape;
import io.beambatch.storage.JsonCoder;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TypeDescriptor;

/**
 * Cuts documents' requests into chunks that fit the provider's limits, without shuffling them: each
 * bundle renders its documents and writes them, with their requests, into parts in the staging
 * location, and only the parts' descriptions are grouped, per window, and packed. The plan that
 * comes out was committed before anything downstream sees it; a repetition gets the plan that was
 * committed first.
 *
 * <p>Takes {@link #READ} and {@link #UNREADABLE}, all that the source gave; both are missing if
 * nothing is read. Documents have {@link #ORIGINS}, such as files; what is not read because a plan
 * holds it is in {@link #PLANNED}.
 *
 * <p>Bounded input gives the plans of the run's first attempt: a new one, or those that are
 * committed. Unbounded input gives a plan for each window, and all that are committed already. A
 * plan of a watched source notes its files, so that no file is ever in two plans.
 */
public final class ShardIntoChunks extends PTransform<PCollectionTuple, PCollection<Plan>> {
  public static final TupleTag<Document> READ = new TupleTag<>("read") {};
  public static final TupleTag<FailedDocument> UNREADABLE = new TupleTag<>("unreadable") {};

  /** Of unbounded input, each in the window of its documents. */
  public static final TupleTag<String> ORIGINS = new TupleTag<>("origins") {};

  /** In the global window. */
  public static final TupleTag<String> PLANNED = new TupleTag<>("planned") {};

  private final Job job;
  private final RunFolder folder;

  /** Shards within the job's limits. */
  public ShardIntoChunks(Job job, RunFolder folder) {
    this.job = job;
    this.folder = folder;
  }

  @Override
  public PCollection<Plan> expand(PCollectionTuple in) {
    boolean bounded = !in.has(READ) || in.get(READ).isBounded() == IsBounded.BOUNDED;
    boolean once = bounded && job.buysDuplicatesOnce();
    CanarySpec canary = bounded ? job.inference().canary() : null;
    boolean primes = bounded && PromptCache.isPrimed(job.inference().request());
    AnswerCache cache = job.inference().answerCache();
    Taken taken = bounded ? job.inference().taken() : null;
    // A canary warms the provider's cache as well.
    int first = canary != null ? canary.documents() : primes ? 1 : 0;
    boolean selects = once || cache != null || taken != null || first > 0;
    LineSelector selector =
        selects ? new ReuseSelector(folder, once, cache, taken, first) : LineSelector.ALL;
    PCollectionList<PlanInput> input =
        in.has(READ) ? documents(in, selects) : PCollectionList.empty(in.getPipeline());
    if (in.has(ORIGINS)) {
      input = input.and(origins(in.get(ORIGINS)));
    }
    if (bounded) {
      input = input.and(planned(in.get(PLANNED)));
    }
    PCollection<Plan> plans =
        input
            .apply("Flatten plan input", Flatten.pCollections())
            .apply(
                "Plan",
                new PlanChunks(1, folder, job.inference().limits(), selector, canary != null));
    return bounded
        ? plans
        : plans.apply("Add committed plans", new CommittedPlans(in.get(PLANNED), folder));
  }

  private PCollectionList<PlanInput> documents(PCollectionTuple in, boolean fingerprints) {
    RunFolder theFolder = folder;
    boolean idsAreContents = job.source().id() != null;
    return PCollectionList.of(
            coded(
                in.get(READ)
                    .apply(
                        "Render and write parts",
                        ParDo.of(
                            new WritePartsFn<>(
                                new RenderingWriter.Writers(folder, job, fingerprints))))))
        .and(
            coded(
                in.get(UNREADABLE)
                    .apply(
                        "Write failures",
                        ParDo.of(
                            new WritePartsFn<FailedDocument>(
                                () -> new FailureWriter(theFolder, idsAreContents))))));
  }

  /**
   * What there is to plan even if no document was read: without it, an empty source would give no
   * plan, and a resumed run would read it again. It comes from what was found, and not from a
   * collection of its own: if a runner lost the source's beginning, such a one would let an empty
   * plan be committed, and the run would end well with nothing read.
   */
  private PCollection<PlanInput> origins(PCollection<String> origins) {
    boolean watched = job.source().isEndless();
    return coded(
        origins.apply(
            "List origins",
            MapElements.into(TypeDescriptor.of(PlanInput.class))
                .via(origin -> watched ? PlanInput.ofFile(origin) : PlanInput.ofOrigin())));
  }

  private static PCollection<PlanInput> planned(PCollection<String> planned) {
    return coded(
        planned.apply(
            "List planned",
            MapElements.into(TypeDescriptor.of(PlanInput.class))
                .via(origin -> PlanInput.ofPlanned())));
  }

  private static PCollection<PlanInput> coded(PCollection<PlanInput> input) {
    return input.setCoder(JsonCoder.of(PlanInput.class));
  }

  /**
   * Writes a bundle's elements into parts, and describes them when the bundle ends. Counts the
   * elements apart from the parts that hold them.
   */
  private static final class WritePartsFn<T> extends DoFn<T, PlanInput> {
    private static final long serialVersionUID = 1L;

    private final BundleWriter.Factory<T> factory;
    private final Counter read = RunMetrics.counter("documents_read");
    private final Counter staged = RunMetrics.counter("documents_staged");
    private transient Map<BoundedWindow, Given<T>> windows;

    WritePartsFn(BundleWriter.Factory<T> factory) {
      this.factory = factory;
    }

    @StartBundle
    public void startBundle() {
      windows = new HashMap<>();
    }

    @ProcessElement
    public void process(@Element T element, BoundedWindow window) throws IOException {
      Given<T> given = windows.get(window);
      if (given == null) {
        given = new Given<>(factory.open());
        windows.put(window, given);
      }
      given.elements++;
      given.writer.add(element);
    }

    @FinishBundle
    public void finishBundle(FinishBundleContext context) throws IOException {
      for (Map.Entry<BoundedWindow, Given<T>> entry : windows.entrySet()) {
        BoundedWindow window = entry.getKey();
        Given<T> given = entry.getValue();
        read.inc(given.elements);
        context.output(PlanInput.ofRead(given.elements), window.maxTimestamp(), window);
        for (Part part : given.writer.finish()) {
          staged.inc(part.documents());
          context.output(PlanInput.of(part), window.maxTimestamp(), window);
        }
        Shape shape = given.writer.shape();
        if (!shape.equals(Shape.NONE)) {
          context.output(PlanInput.ofShape(shape), window.maxTimestamp(), window);
        }
      }
      windows.clear();
    }

    @Teardown
    public void teardown() throws IOException {
      if (windows != null) {
        for (Given<T> given : windows.values()) {
          given.writer.close();
        }
      }
    }

    /** What a bundle gives in one window. */
    private static final class Given<T> {
      private final BundleWriter<T> writer;
      private long elements;

      Given(BundleWriter<T> writer) {
        this.writer = writer;
      }
    }
  }
}
