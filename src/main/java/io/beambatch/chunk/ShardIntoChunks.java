package io.beambatch.chunk;

import io.beambatch.document.Document;
import io.beambatch.document.FailedDocument;
import io.beambatch.job.Job;
import io.beambatch.request.Request;
import io.beambatch.storage.JsonCoder;
import io.beambatch.storage.RunFolder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
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
 * #REQUESTS}, and {@link #UNSENDABLE} (documents that failed so far); gives one plan a window.
 *
 * <p>Input from files also has {@link #FILES}, of unbounded input each in the window of its
 * documents. A plan of a watched source notes them, so that no file is ever in two plans.
 */
public final class ShardIntoChunks extends PTransform<PCollectionTuple, PCollection<Plan>> {
  public static final TupleTag<Document> READ = new TupleTag<>() {};
  public static final TupleTag<FailedDocument> UNREADABLE = new TupleTag<>() {};
  public static final TupleTag<Request> REQUESTS = new TupleTag<>() {};
  public static final TupleTag<FailedDocument> UNSENDABLE = new TupleTag<>() {};
  public static final TupleTag<String> FILES = new TupleTag<>() {};

  private final Job job;
  private final RunFolder folder;

  /** Shards within the job's limits. */
  public ShardIntoChunks(Job job, RunFolder folder) {
    this.job = job;
    this.folder = folder;
  }

  @Override
  public PCollection<Plan> expand(PCollectionTuple in) {
    Job theJob = job;
    RunFolder theFolder = folder;
    PCollectionList<Tally> tallies =
        PCollectionList.of(tally(in.get(READ).apply("Count documents", count())))
            .and(tally(in.get(UNREADABLE).apply("Count unreadable", count())))
            .and(
                tally(
                    in.get(REQUESTS)
                        .apply(
                            "Write parts",
                            ParDo.of(
                                new TallyPartsFn<Request>(
                                    () -> new PartWriter(theFolder, theJob))))))
            .and(
                tally(
                    in.get(UNSENDABLE)
                        .apply(
                            "Write failures",
                            ParDo.of(
                                new TallyPartsFn<FailedDocument>(
                                    () -> new FailureWriter(theFolder))))));
    boolean endless = in.get(READ).isBounded() == IsBounded.UNBOUNDED && !in.has(FILES);
    return (endless ? tallies : tallies.and(tally(origin(in))))
        .apply("All parts", Flatten.pCollections())
        .apply("Plan", new PlanChunks(1, folder, job.inference().limits()));
  }

  /**
   * What there is to plan even if no document was read: without it, an empty source would give no
   * plan, and a resumed run would read it again. It comes from the files that were found, and not
   * from a collection of its own: if a runner lost the source's beginning, such a one would let an
   * empty plan be committed, and the run would end well with nothing read.
   */
  private PCollection<Tally> origin(PCollectionTuple in) {
    if (!in.has(FILES)) {
      return in.getPipeline()
          .apply(
              "Plan even nothing", Create.of(Tally.ofRead(0)).withCoder(JsonCoder.of(Tally.class)));
    }
    return job.source().watch() != null
        ? in.get(FILES).apply("List files", ParDo.of(new TallyFileFn()))
        : in.get(FILES)
            .apply(
                "Plan even empty files",
                MapElements.into(TypeDescriptor.of(Tally.class)).via(file -> Tally.ofRead(0)));
  }

  /**
   * Plans parts that are there already: those of a later attempt. Of a source that ends, that
   * happens only if every chunk of the attempt before is among what comes, because what came after
   * the plan would be in none.
   */
  public static PTransform<PCollection<Leftover>, PCollection<Plan>> again(
      int attempt, Job job, RunFolder folder) {
    return new PTransform<>() {
      @Override
      public PCollection<Plan> expand(PCollection<Leftover> joined) {
        if (joined.isBounded() == IsBounded.UNBOUNDED || job.source().watch() != null) {
          return joined
              .apply("Commit", ParDo.of(new PlanPartFn(attempt, folder, job.inference().limits())))
              .setCoder(JsonCoder.of(Plan.class));
        }
        return tally(joined.apply("Count requests", ParDo.of(new TallyLeftoverFn())))
            .apply("Plan", new PlanChunks(attempt, folder, job.inference().limits()));
      }
    };
  }

  private static <T> ParDo.SingleOutput<T, Tally> count() {
    return ParDo.of(new TallyReadFn<T>());
  }

  private static PCollection<Tally> tally(PCollection<Tally> tallies) {
    return tallies.setCoder(JsonCoder.of(Tally.class));
  }
}
