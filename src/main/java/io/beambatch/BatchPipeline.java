package io.beambatch;

import io.beambatch.batch.AwaitedChunk;
import io.beambatch.batch.CoordinatorSettings;
import io.beambatch.batch.DeleteInputs;
import io.beambatch.batch.UploadChunks;
import io.beambatch.batch.WaitPolicy;
import io.beambatch.chunk.FilePlans;
import io.beambatch.chunk.Plan;
import io.beambatch.chunk.PlanCheck;
import io.beambatch.chunk.PlanRetries;
import io.beambatch.chunk.ReusedLines;
import io.beambatch.chunk.ShardIntoChunks;
import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import io.beambatch.job.Job;
import io.beambatch.ledger.PermanentErrors;
import io.beambatch.provider.ProviderFactory;
import io.beambatch.result.DuplicateJoins;
import io.beambatch.result.JoinResults;
import io.beambatch.result.JoinReused;
import io.beambatch.result.JoinedChunk;
import io.beambatch.result.ResultFile;
import io.beambatch.result.ResultFiles;
import io.beambatch.result.WriteUnsentFailures;
import io.beambatch.run.MarkWritten;
import io.beambatch.run.Reconcile;
import io.beambatch.run.Report;
import io.beambatch.run.Work;
import io.beambatch.sink.CheckPlans;
import io.beambatch.sink.DestinationWriter;
import io.beambatch.sink.Output;
import io.beambatch.sink.WriteResults;
import io.beambatch.sink.WrittenFile;
import io.beambatch.source.ReadDocuments;
import io.beambatch.source.SourceReader;
import io.beambatch.storage.JsonCoder;
import io.beambatch.storage.RunFolder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.FlatMapElements;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.SimpleFunction;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TypeDescriptor;

/**
 * The graph of a run, from documents to files of answers and a report. Commands and templates build
 * it; {@link BatchInference} builds its middle. Building it opens, reads and writes nothing: the
 * steps find out while the pipeline runs what is already planned, sent and written, so the same
 * graph may be launched again.
 *
 * <pre>
 * Read documents ─ Shard into chunks ─ Upload ─ Await batches ─ Join results ─ Write
 *        │                │                                          │     │
 *        └── invalid ─────┴──────► dead letter ◄─────────── failed ──┤     └─ Reconcile
 *                                                                    └─ again ─► next attempt
 * </pre>
 */
public final class BatchPipeline {
  private final Job job;
  private final RunFolder folder;
  private final PlanCheck check;
  private final boolean reading;

  /**
   * The graph of a run.
   *
   * @param check sees every plan before anything of it is sent
   */
  public BatchPipeline(Job job, RunFolder folder, PlanCheck check) {
    this(job, folder, check, true);
  }

  private BatchPipeline(Job job, RunFolder folder, PlanCheck check, boolean reading) {
    this.job = job;
    this.folder = folder;
    this.check = check;
    this.reading = reading;
  }

  /**
   * The graph of a run that reads nothing more from its source: it is planned, or the run is
   * cancelled. Messages that were taken from a subscription are still planned, because they exist
   * nowhere else.
   */
  public BatchPipeline withoutReading() {
    return new BatchPipeline(job, folder, check, false);
  }

  /**
   * The same graph, without the steps that read the source if the launcher knows that it is
   * planned. Otherwise those steps find out by themselves and read nothing, except for tables.
   */
  public BatchPipeline resuming(boolean planned) {
    return planned && !job.source().isEndless() ? withoutReading() : this;
  }

  /** From documents to plans: reads and packs, and sends nothing. */
  public PCollection<Plan> plan(Pipeline pipeline) {
    SourceReader reader = Connectors.reader(job.source());
    FilePlans planned = new FilePlans(folder);
    return plan(
        pipeline.apply(
            "Read documents",
            reading ? reader.read(folder, planned) : reader.readTaken(folder, planned)));
  }

  /** From documents to answers, and to the run's report. */
  public PCollection<Report> run(
      Pipeline pipeline, CoordinatorSettings settings, ProviderFactory providers) {
    if (check != PlanCheck.NONE && settings.waitPolicy() == WaitPolicy.UNTIL_ENDED) {
      requireNoCanary();
    }
    Map<ResultFile.Kind, DestinationWriter> writers = Connectors.writers(job, folder);
    PCollection<Plan> plans = checkPlans(plan(pipeline), writers);
    PCollection<ResultFile> results = answer(plans, settings, providers);
    return close(job, write(results, writers, settings), settings, providers);
  }

  /**
   * From documents to batches in flight. Documents that can't be sent are written as failures; the
   * rest is left to later launches.
   */
  public PCollection<AwaitedChunk> submit(
      Pipeline pipeline, CoordinatorSettings settings, ProviderFactory providers) {
    Map<ResultFile.Kind, DestinationWriter> writers = Connectors.writers(job, folder);
    PCollection<Plan> plans = checkPlans(plan(pipeline), writers);
    write(
        plans.apply("Write invalid documents", new WriteUnsentFailures(folder)), writers, settings);
    return check
        .apply(plans, "Check budget 1", permanentErrors(plans))
        .apply("Attempt 1", new Attempt.Submission(settings, folder, providers));
  }

  /**
   * Does the work that a run has right now, for a launcher that awaits the batches itself: reads,
   * plans and uploads, or joins and writes. The graph has neither a waiting step nor a further
   * attempt.
   */
  public PCollection<WrittenFile> advance(
      Pipeline pipeline, Work work, CoordinatorSettings settings, ProviderFactory providers) {
    Map<ResultFile.Kind, DestinationWriter> writers = Connectors.writers(job, folder);
    List<PCollection<ResultFile>> results = new ArrayList<>();
    if (work.reads() || !work.plans().isEmpty()) {
      PCollection<Plan> plans =
          work.reads()
              ? plan(pipeline)
              : create(pipeline, "Plans", work.plans(), JsonCoder.of(Plan.class));
      PCollection<Plan> checked = checkPlans(plans, writers);
      results.add(checked.apply("Write invalid documents", new WriteUnsentFailures(folder)));
      Attempt.chunks(check.apply(checked, "Check budget", permanentErrors(checked)))
          .apply("Upload", new UploadChunks(settings, folder, providers));
    }
    if (!work.ended().isEmpty()) {
      results.add(
          create(pipeline, "Ended batches", work.ended(), JsonCoder.of(AwaitedChunk.class))
              .apply("Join results", new JoinResults(job, folder, providers))
              .apply("Results", ResultFiles.ofChunks()));
    }
    if (!work.reused().isEmpty()) {
      results.add(
          create(
                  pipeline,
                  "Lines to be answered as others",
                  work.reused(),
                  JsonCoder.of(ReusedLines.class))
              .apply("Join reused answers", new JoinReused(job, folder))
              .apply("Reused results", ResultFiles.ofChunks()));
    }
    if (!work.files().isEmpty()) {
      results.add(create(pipeline, "Joined before", work.files(), ResultFile.FieldCoder.of()));
    }
    return write(
        PCollectionList.of(results).apply("Flatten results", Flatten.pCollections()),
        writers,
        settings);
  }

  /**
   * Begins with all values in one element: of several, the direct runner holds some back until the
   * others have gone through the whole graph.
   */
  private static <T> PCollection<T> create(
      Pipeline pipeline, String step, List<T> values, Coder<T> coder) {
    return pipeline
        .apply(step, Create.of(List.of(values)).withCoder(ListCoder.of(coder)))
        .apply(step + " one by one", Flatten.iterables());
  }

  /**
   * From the documents of another pipeline to files of their outcomes.
   *
   * @param documents in the form of {@link ReadDocuments}
   */
  PCollection<ResultFile> answer(
      PCollectionTuple documents, CoordinatorSettings settings, ProviderFactory providers) {
    requireNoCanary();
    PCollection<ResultFile> results = answer(plan(documents), settings, providers);
    PCollection<WrittenFile> written =
        results
            .apply("Take results as they are", MapElements.via(new AsWritten()))
            .apply("Mark written", new MarkWritten(folder));
    // The pipeline reads the answers from the run's folder, whatever the job file's sinks are.
    close(job.withAnswersInPipeline(), written, settings, providers);
    return results;
  }

  /** A pipeline that awaits all batches in one step joins nothing before the last one has ended. */
  private void requireNoCanary() {
    if (job.inference().canary() != null) {
      throw new UserException(
          "canary: a pipeline that awaits its own batches can't judge a sample before it sends the"
              + " rest; use submit and collect, or run on this machine without --runner, or leave"
              + " out canary. Nothing was sent",
          ExitCode.USAGE);
    }
  }

  private PCollection<Plan> plan(PCollectionTuple read) {
    PCollectionTuple input =
        PCollectionTuple.of(ShardIntoChunks.PLANNED, read.get(ReadDocuments.PLANNED));
    if (read.has(ReadDocuments.ORIGINS)) {
      input = input.and(ShardIntoChunks.ORIGINS, read.get(ReadDocuments.ORIGINS));
    }
    if (read.has(ReadDocuments.DOCUMENTS)) {
      input =
          input
              .and(ShardIntoChunks.READ, read.get(ReadDocuments.DOCUMENTS))
              .and(ShardIntoChunks.UNREADABLE, read.get(ReadDocuments.INVALID));
    }
    return input.apply("Shard into chunks", new ShardIntoChunks(job, folder));
  }

  private PermanentErrors permanentErrors(PCollection<?> input) {
    return PermanentErrors.of(input.isBounded(), folder);
  }

  /** All attempts, and the files of the documents' outcomes. */
  private PCollection<ResultFile> answer(
      PCollection<Plan> firstPlans, CoordinatorSettings settings, ProviderFactory providers) {
    PCollection<Plan> plans = firstPlans;
    List<PCollection<ResultFile>> results = new ArrayList<>();
    List<PCollection<JoinedChunk>> attempts = new ArrayList<>();
    if (job.inference().cache() != null) {
      results.add(
          plans
              .apply(
                  "Find known answers",
                  FlatMapElements.into(TypeDescriptor.of(ReusedLines.class)).via(Plan::known))
              .setCoder(JsonCoder.of(ReusedLines.class))
              .apply("Join known answers", new JoinReused(job, folder))
              .apply("Known results", ResultFiles.ofChunks()));
    }
    results.add(plans.apply("Write invalid documents", new WriteUnsentFailures(folder)));
    for (int attempt = 1; ; attempt++) {
      PCollection<JoinedChunk> joined =
          check
              .apply(plans, "Check budget " + attempt, permanentErrors(plans))
              .apply("Attempt " + attempt, new Attempt(job, settings, folder, providers));
      attempts.add(joined);
      results.add(joined.apply("Results " + attempt, ResultFiles.ofChunks()));
      if (attempt == job.inference().retry().attempts()) {
        break;
      }
      plans =
          joined
              .apply("Pass retry requests " + attempt, ResultFiles.retryRequests())
              .apply(
                  "Shard into chunks " + (attempt + 1), new PlanRetries(attempt + 1, job, folder));
    }
    if (job.buysDuplicatesOnce() && firstPlans.isBounded() == IsBounded.BOUNDED) {
      results.add(
          PCollectionList.of(attempts)
              .apply("Flatten attempts", Flatten.pCollections())
              .apply("Await firsts", new DuplicateJoins(folder))
              .apply("Join reused answers", new JoinReused(job, folder))
              .apply("Reused results", ResultFiles.ofChunks()));
    }
    return PCollectionList.of(results).apply("Flatten results", Flatten.pCollections());
  }

  private PCollection<Plan> checkPlans(
      PCollection<Plan> plans, Map<ResultFile.Kind, DestinationWriter> writers) {
    DestinationWriter answers = Objects.requireNonNull(writers.get(ResultFile.Kind.ANSWERED));
    return answers.checksPlans()
        ? plans.apply(
            "Check plans",
            new CheckPlans(Output.ofAnswers(job, folder), answers, permanentErrors(plans)))
        : plans;
  }

  private PCollection<WrittenFile> write(
      PCollection<ResultFile> results,
      Map<ResultFile.Kind, DestinationWriter> writers,
      CoordinatorSettings settings) {
    return results
        .apply("Skip written results", MarkWritten.skipWritten(folder))
        .apply(
            "Write",
            new WriteResults(writers, settings.run(), permanentErrors(results))
                .unless(MarkWritten.delivered(folder)))
        .apply("Mark written", new MarkWritten(folder));
  }

  private PCollection<Report> close(
      Job closed,
      PCollection<WrittenFile> written,
      CoordinatorSettings settings,
      ProviderFactory providers) {
    return written
        .apply("Reconcile", new Reconcile(closed, folder, settings.waitPolicy()))
        .apply("Delete inputs", new DeleteInputs<>(settings, folder, providers));
  }

  /** Result files that are read from the run's folder, and written nowhere else. */
  private static final class AsWritten extends SimpleFunction<ResultFile, WrittenFile> {
    private static final long serialVersionUID = 1L;

    @Override
    public WrittenFile apply(ResultFile file) {
      return new WrittenFile(file.kind(), file.shard(), file.path(), file.documents());
    }
  }
}
