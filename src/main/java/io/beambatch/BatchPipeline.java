package io.beambatch;

import io.beambatch.batch.AwaitedChunk;
import io.beambatch.batch.CoordinatorSettings;
import io.beambatch.batch.DeleteInputs;
import io.beambatch.chunk.CommittedPlans;
import io.beambatch.chunk.FilePlans;
import io.beambatch.chunk.Plan;
import io.beambatch.chunk.PlanCheck;
import io.beambatch.chunk.PlanRetries;
import io.beambatch.chunk.RetryRequests;
import io.beambatch.chunk.ShardIntoChunks;
import io.beambatch.job.Job;
import io.beambatch.provider.ProviderFactory;
import io.beambatch.request.RenderRequests;
import io.beambatch.result.JoinedChunk;
import io.beambatch.result.ResultFile;
import io.beambatch.result.ResultFiles;
import io.beambatch.result.WriteUnsentFailures;
import io.beambatch.run.MarkWritten;
import io.beambatch.run.Reconcile;
import io.beambatch.run.Report;
import io.beambatch.sink.CheckPlans;
import io.beambatch.sink.DestinationWriter;
import io.beambatch.sink.Output;
import io.beambatch.sink.WriteResults;
import io.beambatch.sink.WrittenFile;
import io.beambatch.source.ReadDocuments;
import io.beambatch.storage.RunFolder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.SimpleFunction;
import org.apache.beam.sdk.transforms.windowing.AfterPane;
import org.apache.beam.sdk.transforms.windowing.DefaultTrigger;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.Repeatedly;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.joda.time.Duration;

/**
 * The graph.
 *
 * <pre>
 * Read documents ─ Render requests ─ Shard into chunks ─ Upload ─ Await batches ─ Join results ─ Write
 *        │                │                                                            │     │
 *        └────────────────┴──── invalid ────► dead letter ◄───────────────── failed ───┤     └─ Reconcile
 *                                                                                      └─ again ─► next attempt
 * </pre>
 */
public final class BatchPipeline {
  private final Job job;
  private final RunFolder folder;
  private final PlanCheck check;

  /**
   * A pipeline for a run.
   *
   * @param check sees every plan before anything of it is sent
   */
  public BatchPipeline(Job job, RunFolder folder, PlanCheck check) {
    this.job = job;
    this.folder = folder;
    this.check = check;
  }

  /** Everything up to the plan: reads and packs, sends nothing. */
  public PCollection<Plan> plan(Pipeline pipeline) {
    return plan(read(pipeline));
  }

  private PCollectionTuple read(Pipeline pipeline) {
    return pipeline.apply("Read documents", documents());
  }

  private ReadDocuments documents() {
    return Connectors.reader(job.source()).read(folder, new FilePlans(folder));
  }

  private PCollection<Plan> plan(PCollectionTuple read) {
    PCollectionTuple rendered =
        read.get(ReadDocuments.DOCUMENTS)
            .apply("Render requests", RenderRequests.of(job.inference()));
    PCollectionTuple input =
        PCollectionTuple.of(ShardIntoChunks.READ, read.get(ReadDocuments.DOCUMENTS))
            .and(ShardIntoChunks.UNREADABLE, read.get(ReadDocuments.INVALID))
            .and(ShardIntoChunks.REQUESTS, rendered.get(RenderRequests.REQUESTS))
            .and(
                ShardIntoChunks.UNSENDABLE,
                PCollectionList.of(read.get(ReadDocuments.INVALID))
                    .and(rendered.get(RenderRequests.INVALID))
                    .apply("Invalid documents", Flatten.pCollections()));
    return (read.has(ReadDocuments.FILES)
            ? input.and(ShardIntoChunks.FILES, read.get(ReadDocuments.FILES))
            : input)
        .apply("Shard into chunks", new ShardIntoChunks(job, folder));
  }

  /**
   * The whole way from documents to answers, and to the run's report.
   *
   * @param committed names of the first attempt's plans that an earlier launch committed. They are
   *     taken up as they are; a source is read only if there are none, a watched one for files that
   *     are in none of them
   */
  public PCollection<Report> run(
      Pipeline pipeline,
      List<String> committed,
      CoordinatorSettings settings,
      ProviderFactory providers) {
    return complete(
        job.source().isEndless() ? watched(pipeline, committed) : bounded(pipeline, committed),
        settings,
        providers);
  }

  /**
   * The same for a run that is cancelled: a source that never ends is not watched any more, and
   * only what was taken of it is accounted for.
   */
  public PCollection<Report> cancelled(
      Pipeline pipeline,
      List<String> committed,
      CoordinatorSettings settings,
      ProviderFactory providers) {
    return complete(
        job.source().isEndless() && job.source().isConsumed()
            ? leaveWindows(taken(pipeline, committed), 1)
            : bounded(pipeline, committed),
        settings,
        providers);
  }

  /**
   * From documents to batches that are under way. What can't be sent is written; the rest is left
   * to later launches.
   *
   * @param committed as of {@link #run}
   */
  public PCollection<AwaitedChunk> submit(
      Pipeline pipeline,
      List<String> committed,
      CoordinatorSettings settings,
      ProviderFactory providers) {
    Map<ResultFile.Kind, DestinationWriter> writers = Connectors.writers(job, folder);
    PCollection<Plan> plans = checkPlans(bounded(pipeline, committed), writers);
    write(plans.apply("Gather invalid", new WriteUnsentFailures(folder)), writers, settings);
    return check
        .apply(plans, "Check budget 1")
        .apply("Attempt 1", new Attempt.Submission(settings, folder, providers));
  }

  private PCollection<Report> complete(
      PCollection<Plan> plans, CoordinatorSettings settings, ProviderFactory providers) {
    Map<ResultFile.Kind, DestinationWriter> writers = Connectors.writers(job, folder);
    PCollection<ResultFile> results = results(checkPlans(plans, writers), settings, providers);
    return close(write(results, writers, settings), settings, providers);
  }

  private PCollection<Plan> checkPlans(
      PCollection<Plan> plans, Map<ResultFile.Kind, DestinationWriter> writers) {
    DestinationWriter answers = Objects.requireNonNull(writers.get(ResultFile.Kind.ANSWERED));
    return answers.checksPlans()
        ? plans.apply("Check plans", new CheckPlans(Output.ofAnswers(job, folder), answers))
        : plans;
  }

  private PCollection<WrittenFile> write(
      PCollection<ResultFile> results,
      Map<ResultFile.Kind, DestinationWriter> writers,
      CoordinatorSettings settings) {
    return results
        .apply("Skip written results", MarkWritten.skipWritten(folder))
        .apply("Write", new WriteResults(writers, settings.run()))
        .apply("Mark written", new MarkWritten(folder));
  }

  private PCollection<Plan> bounded(Pipeline pipeline, List<String> committed) {
    return leaveWindows(
        committed.isEmpty()
            ? plan(pipeline)
            : pipeline.apply("Shard into chunks", new CommittedPlans(committed, folder)),
        1);
  }

  /** All that was taken out of a subscription, planned or not: it is nowhere else any more. */
  private PCollection<Plan> taken(Pipeline pipeline, List<String> committed) {
    ReadDocuments taken = Connectors.reader(job.source()).readTaken(folder, new FilePlans(folder));
    return PCollectionList.of(plan(pipeline.apply("Read documents", taken)))
        .and(pipeline.apply("Plans of earlier launches", new CommittedPlans(committed, folder)))
        .apply("All plans", Flatten.pCollections());
  }

  /**
   * From documents of somebody else's pipeline to files of what became of them.
   *
   * @param documents as {@link ReadDocuments} gives them
   * @param committed as of {@link #run}; bounded documents are not used if there are any
   */
  PCollection<ResultFile> answer(
      PCollectionTuple documents,
      List<String> committed,
      CoordinatorSettings settings,
      ProviderFactory providers) {
    PCollection<ResultFile> results = results(given(documents, committed), settings, providers);
    PCollection<WrittenFile> written =
        results
            .apply("As they are", MapElements.via(new AsWritten()))
            .apply("Mark written", new MarkWritten(folder));
    close(written, settings, providers);
    return results;
  }

  private PCollection<Plan> given(PCollectionTuple documents, List<String> committed) {
    Pipeline pipeline = documents.getPipeline();
    if (documents.get(ReadDocuments.DOCUMENTS).isBounded() == IsBounded.BOUNDED) {
      return leaveWindows(
          committed.isEmpty()
              ? plan(documents)
              : pipeline.apply("Shard into chunks", new CommittedPlans(committed, folder)),
          1);
    }
    return PCollectionList.of(plan(documents).apply("Leave windows 1", pieceByPiece()))
        .and(
            pipeline
                .apply("Plans of earlier launches", new CommittedPlans(committed, folder))
                .apply("Take up earlier launches", pieceByPiece()))
        .apply("All plans", Flatten.pCollections());
  }

  /** All attempts, and the files of what became of the documents. */
  private PCollection<ResultFile> results(
      PCollection<Plan> firstPlans, CoordinatorSettings settings, ProviderFactory providers) {
    PCollection<Plan> plans = firstPlans;
    List<PCollection<ResultFile>> results = new ArrayList<>();
    results.add(plans.apply("Gather invalid", new WriteUnsentFailures(folder)));
    for (int attempt = 1; ; attempt++) {
      PCollection<JoinedChunk> joined =
          check
              .apply(plans, "Check budget " + attempt)
              .apply("Attempt " + attempt, new Attempt(job, settings, folder, providers));
      results.add(joined.apply("Results " + attempt, ResultFiles.ofChunks()));
      if (attempt == job.inference().retry().attempts()) {
        break;
      }
      PCollection<RetryRequests> again =
          joined.apply("Pass retry requests " + attempt, ResultFiles.retryRequests());
      plans =
          leaveWindows(
              again.apply(
                  "Shard into chunks " + (attempt + 1), new PlanRetries(attempt + 1, job, folder)),
              attempt + 1);
    }
    return PCollectionList.of(results).apply("All results", Flatten.pCollections());
  }

  private PCollection<Report> close(
      PCollection<WrittenFile> written, CoordinatorSettings settings, ProviderFactory providers) {
    return written
        .apply("Reconcile", new Reconcile(job, folder, settings.waitPolicy()))
        .apply("Delete inputs", new DeleteInputs<>(settings, folder, providers));
  }

  /** Files of results that are read where they are, and written nowhere else. */
  private static final class AsWritten extends SimpleFunction<ResultFile, WrittenFile> {
    @Override
    public WrittenFile apply(ResultFile file) {
      return new WrittenFile(file.kind(), file.shard(), file.path(), file.documents());
    }
  }

  /** Plans of new files, and those that are there already. */
  private PCollection<Plan> watched(Pipeline pipeline, List<String> committed) {
    PCollectionTuple read = read(pipeline);
    return PCollectionList.of(plan(read).apply("Leave windows 1", pieceByPiece()))
        .and(
            read.get(ReadDocuments.PLANNED)
                .apply("Plans of known files", CommittedPlans.ofFiles(committed, folder))
                .apply("Take up known files", pieceByPiece()))
        .and(
            pipeline
                .apply("Plans of earlier launches", new CommittedPlans(committed, folder))
                .apply("Take up earlier launches", pieceByPiece()))
        .apply("All plans", Flatten.pCollections());
  }

  /**
   * Once a plan is committed its window has done its work. What follows is awaited together, and on
   * unbounded input goes on piece by piece.
   */
  private static PCollection<Plan> leaveWindows(PCollection<Plan> plans, int attempt) {
    return plans.apply(
        "Leave windows " + attempt,
        plans.isBounded() == IsBounded.BOUNDED
            ? Window.<Plan>into(new GlobalWindows())
                .triggering(DefaultTrigger.of())
                .discardingFiredPanes()
            : pieceByPiece());
  }

  private static Window<Plan> pieceByPiece() {
    return Window.<Plan>into(new GlobalWindows())
        .triggering(Repeatedly.forever(AfterPane.elementCountAtLeast(1)))
        .withAllowedLateness(Duration.ZERO)
        .discardingFiredPanes();
  }
}
