package io.beambatch.chunk;

import io.beambatch.document.Document;
import io.beambatch.document.FailedDocument;
import io.beambatch.job.CanarySpec;
import io.beambatch.job.Job;
import io.beambatch.job.Taken;
import io.beambatch.ledger.RunMetrics;
import io.beambatch.request.PromptCache;
import io.beambatch.request.Request;
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
 * Cuts requests into chunks that fit the provider's limits, without shuffling them: each bundle
 * writes its requests and documents into parts in the staging location, and only the parts'
 * descriptions are grouped, per window, and packed. The plan that comes out was committed before
 * anything downstream sees it; a repetition gets the plan that was committed first.
 *
 * <p>Takes {@link #READ} and {@link #UNREADABLE} (all that the source gave, to be counted), {@link
 * #REQUESTS}, and {@link #UNSENDABLE} (documents that failed so far); all four are missing if
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
  public static final TupleTag<Request> REQUESTS = new TupleTag<>("requests") {};
  public static final TupleTag<FailedDocument> UNSENDABLE = new TupleTag<>("unsendable") {};

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
    // A canary warms the provider's cache as well.
    boolean primes = bounded && canary == null && PromptCache.isPrimed(job.inference().request());
    AnswerCache cache = job.inference().answerCache();
    Taken taken = bounded ? job.inference().taken() : null;
    boolean selects = once || cache != null || taken != null || canary != null;
    LineSelector selector =
        selects
            ? new ReuseSelector(folder, once, cache, taken, canary == null ? 0 : canary.documents())
            : LineSelector.ALL;
    PCollectionList<PlanInput> input =
        in.has(READ) ? documents(in, selects, primes) : PCollectionList.empty(in.getPipeline());
    if (in.has(ORIGINS)) {
      input = input.and(origins(in.get(ORIGINS)));
    }
    if (bounded) {
      input = input.and(planned(in.get(PLANNED)));
    }
    PCollection<Plan> plans =
        input
            .apply("Flatten plan input", Flatten.pCollections())
            .apply("Plan", new PlanChunks(1, folder, job.inference().limits(), selector, primes));
    return bounded
        ? plans
        : plans.apply("Add committed plans", new CommittedPlans(in.get(PLANNED), folder));
  }

  private PCollectionList<PlanInput> documents(
      PCollectionTuple in, boolean fingerprints, boolean primes) {
    Job theJob = job;
    RunFolder theFolder = folder;
    return PCollectionList.of(
            coded(in.get(READ).apply("Count documents", ParDo.of(new CountDocumentsFn<>()))))
        .and(
            coded(in.get(UNREADABLE).apply("Count unreadable", ParDo.of(new CountDocumentsFn<>()))))
        .and(
            coded(
                in.get(REQUESTS)
                    .apply(
                        "Write parts",
                        ParDo.of(
                            new WritePartsFn<Request>(
                                () -> new PartWriter(theFolder, theJob, fingerprints, primes))))))
        .and(
            coded(
                in.get(UNSENDABLE)
                    .apply(
                        "Write failures",
                        ParDo.of(
                            new WritePartsFn<FailedDocument>(
                                () ->
                                    new FailureWriter(theFolder, theJob.source().id() != null))))));
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

  /** Counts documents as they come from the source, apart from the parts that hold them. */
  private static final class CountDocumentsFn<T> extends DoFn<T, PlanInput> {
    private static final long serialVersionUID = 1L;

    private final Counter read = RunMetrics.counter("documents_read");
    private transient Map<BoundedWindow, Long> counts;

    @StartBundle
    public void startBundle() {
      counts = new HashMap<>();
    }

    @ProcessElement
    public void process(BoundedWindow window) {
      counts.merge(window, 1L, Long::sum);
    }

    @FinishBundle
    public void finishBundle(FinishBundleContext context) {
      counts.forEach(
          (window, count) -> {
            read.inc(count);
            context.output(PlanInput.ofRead(count), window.maxTimestamp(), window);
          });
    }
  }

  /** Writes a bundle's elements into parts, and describes them when the bundle ends. */
  private static final class WritePartsFn<T> extends DoFn<T, PlanInput> {
    private static final long serialVersionUID = 1L;

    private final BundleWriter.Factory<T> factory;
    private final Counter staged = RunMetrics.counter("documents_staged");
    private transient Map<BoundedWindow, BundleWriter<T>> writers;

    WritePartsFn(BundleWriter.Factory<T> factory) {
      this.factory = factory;
    }

    @StartBundle
    public void startBundle() {
      writers = new HashMap<>();
    }

    @ProcessElement
    public void process(@Element T element, BoundedWindow window) throws IOException {
      BundleWriter<T> writer = writers.get(window);
      if (writer == null) {
        writer = factory.open();
        writers.put(window, writer);
      }
      writer.add(element);
    }

    @FinishBundle
    public void finishBundle(FinishBundleContext context) throws IOException {
      for (Map.Entry<BoundedWindow, BundleWriter<T>> writer : writers.entrySet()) {
        BoundedWindow window = writer.getKey();
        for (Part part : writer.getValue().finish()) {
          staged.inc(part.documents());
          context.output(PlanInput.of(part), window.maxTimestamp(), window);
        }
        Shape shape = writer.getValue().shape();
        if (!shape.equals(Shape.NONE)) {
          context.output(PlanInput.ofShape(shape), window.maxTimestamp(), window);
        }
      }
      writers.clear();
    }

    @Teardown
    public void teardown() throws IOException {
      if (writers != null) {
        for (BundleWriter<T> writer : writers.values()) {
          writer.close();
        }
      }
    }
  }
}
