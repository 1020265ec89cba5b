package io.beambatch.result;

import io.beambatch.batch.AwaitedChunk;
import io.beambatch.batch.BatchException;
import io.beambatch.chunk.Part;
import io.beambatch.job.Inference;
import io.beambatch.job.Job;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.ledger.BatchLedger.Tracked;
import io.beambatch.ledger.PermanentErrors;
import io.beambatch.ledger.RunMetrics;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.Capabilities.Creation;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderFactory;
import io.beambatch.provider.TooMuchException;
import io.beambatch.reuse.AnswerCache;
import io.beambatch.storage.JsonCoder;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Joins the results of ended batches onto their documents, chunk by chunk and in parallel.
 *
 * <p>Every document of a chunk comes out exactly once: answered or failed, in a file of the run's
 * folder, or as a request of the part that goes to the next attempt; of a cancelled run, there is
 * none. A chunk that was joined before is neither downloaded nor written again.
 */
public final class JoinResults
    extends PTransform<PCollection<AwaitedChunk>, PCollection<JoinedChunk>> {
  private static final Logger LOG = LoggerFactory.getLogger(JoinResults.class);
  private static final Duration PAUSE = Duration.ofSeconds(2);

  private final Job job;
  private final RunFolder folder;
  private final ProviderFactory providers;
  private final @Nullable AnswerCache cache;

  /**
   * The join of a run.
   *
   * @throws IllegalArgumentException if the schema that the job asks answers in can't be used
   */
  public JoinResults(Job job, RunFolder folder, ProviderFactory providers) {
    check(job.inference());
    this.job = job;
    this.folder = folder;
    this.providers = providers;
    this.cache = job.inference().answerCache();
  }

  /**
   * Checks, before anything is paid, what a join needs of a job.
   *
   * @throws IllegalArgumentException if the schema that it asks answers in can't be used
   */
  public static void check(Inference inference) {
    new AskedFormat(inference);
  }

  @Override
  public PCollection<JoinedChunk> expand(PCollection<AwaitedChunk> awaited) {
    return awaited
        .apply("Spread chunks", Reshuffle.viaRandomKey())
        .apply(
            "Join chunk",
            ParDo.of(new JoinFn(this, PermanentErrors.of(awaited.isBounded(), folder))))
        .setCoder(JsonCoder.of(JoinedChunk.class));
  }

  static final class JoinFn extends DoFn<AwaitedChunk, JoinedChunk> {
    private static final long serialVersionUID = 1L;

    private final Job job;
    private final RunFolder folder;
    private final ProviderFactory providers;
    private final @Nullable AnswerCache cache;
    private final PermanentErrors permanentErrors;
    private transient @Nullable BatchProvider provider;

    JoinFn(JoinResults step, PermanentErrors permanentErrors) {
      this.job = step.job;
      this.folder = step.folder;
      this.providers = step.providers;
      this.cache = step.cache;
      this.permanentErrors = permanentErrors;
    }

    @ProcessElement
    public void join(@Element AwaitedChunk awaited, OutputReceiver<JoinedChunk> joined)
        throws IOException {
      try {
        JoinedChunk chunk = join(awaited);
        count(chunk);
        joined.output(chunk);
      } catch (RuntimeException e) {
        if (!permanentErrors.record(awaited.chunk().id(), e)) {
          throw e;
        }
      }
    }

    private static void count(JoinedChunk chunk) {
      RunMetrics.counter("requests_answered")
          .inc(chunk.answered() == null ? 0 : chunk.answered().documents());
      RunMetrics.counter("requests_sent_again")
          .inc(chunk.toSendAgain().stream().mapToInt(Part::requests).sum());
      chunk
          .failures()
          .forEach(
              (reason, requests) ->
                  RunMetrics.counter("requests_failed", reason.code()).inc(requests));
      RunMetrics.counter("prompt_tokens").inc(chunk.promptTokens());
      RunMetrics.counter("completion_tokens").inc(chunk.completionTokens());
    }

    private JoinedChunk join(AwaitedChunk awaited) throws IOException {
      boolean cancelled = BatchLedger.of(folder).isCancelled();
      Job effective = cancelled ? job.withoutRetry() : job;
      JoinedChunk chunk;
      try {
        chunk = new ResultJoiner(effective, folder, provider(), PAUSE, cache).join(awaited);
      } catch (ProviderException e) {
        throw BatchException.of(e);
      } catch (TooMuchException e) {
        // However often it is downloaded, it doesn't get smaller.
        throw new BatchException(String.valueOf(e.getMessage()), e);
      }
      if (!job.inference().keepFiles()) {
        discard(chunk);
      }
      return chunk;
    }

    private BatchProvider provider() {
      if (provider == null) {
        provider = providers.open();
      }
      return provider;
    }

    /**
     * The answers are safe: what the batch left is of no more use. Leaving it costs nothing. What
     * belongs to a batch that was not joined stays.
     */
    private void discard(JoinedChunk chunk) throws IOException {
      BatchLedger ledger = BatchLedger.of(folder);
      Optional<Tracked> tracked = ledger.read(chunk.chunkId());
      if (tracked.isEmpty() || !leavesSomething(tracked.get().entry(), chunk)) {
        return;
      }
      BatchEntry entry = tracked.get().entry();
      BatchProvider connection = provider();
      try {
        connection.discard(entry.fileId(), entry.batchId());
        if (connection.capabilities().creation() == Creation.UPLOADED_FILE) {
          for (String results : results(entry)) {
            connection.deleteFile(results);
          }
        }
        ledger.advance(tracked.get(), entry.discarded(Clock.systemUTC().instant()));
      } catch (ProviderException e) {
        LOG.warn(
            "the files of chunk {} at the provider can't be deleted: {}",
            chunk.chunkId(),
            e.getMessage());
      }
    }

    private static boolean leavesSomething(BatchEntry entry, JoinedChunk chunk) {
      return entry.times().discarded() == null
          && Objects.equals(entry.batchId(), chunk.batchId())
          && (entry.fileId() != null || entry.batchId() != null);
    }

    /** Where batches are created of files, their results are files, too. */
    private static List<String> results(BatchEntry entry) {
      return entry.end() == null
          ? List.of()
          : Stream.of(entry.end().outputFileId(), entry.end().errorFileId())
              .flatMap(Stream::ofNullable)
              .toList();
    }

    @Teardown
    public void close() {
      if (provider != null) {
        provider.close();
      }
    }
  }
}
