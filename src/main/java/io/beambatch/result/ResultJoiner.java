package io.beambatch.result;

import io.beambatch.batch.AwaitedChunk;
import io.beambatch.batch.BatchException;
import io.beambatch.chunk.Part;
import io.beambatch.document.FailureReason;
import io.beambatch.job.Inference;
import io.beambatch.job.Job;
import io.beambatch.job.RequestSpec;
import io.beambatch.json.JsonSlice;
import io.beambatch.ledger.Records;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ResultFormat;
import io.beambatch.provider.ResultLine;
import io.beambatch.reuse.AnswerCache;
import io.beambatch.reuse.AnswerFile;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Joins the results of a chunk onto its documents. All its files follow from its input alone and
 * have names that follow from the chunk's, so a join can be repeated, or done twice at once; the
 * description, written last, says that it is done.
 */
final class ResultJoiner {
  private static final Logger LOG = LoggerFactory.getLogger(ResultJoiner.class);

  /** On average; no text is as long, even with all its log probabilities. */
  private static final long MOST_BYTES_A_REQUEST = 16L << 20;

  private static final long SLACK = 1L << 30;

  /** A batch of fewer may have lost all of its lines one by one. */
  private static final int FEW_REQUESTS = 10;

  private final Job job;
  private final RunFolder folder;
  private final BatchProvider provider;
  private final Duration pause;
  private final Records<JoinedChunk> chunks;
  private final ResultFormat format;
  private final ResultClassifier classifier;
  private final @Nullable AnswerCache cache;

  /**
   * A joiner.
   *
   * @param pause before a download that broke off is begun again
   * @param cache that gets the answers, or null
   * @throws IllegalArgumentException if the job's schema can't be used
   */
  ResultJoiner(
      Job job,
      RunFolder folder,
      BatchProvider provider,
      Duration pause,
      @Nullable AnswerCache cache) {
    this.cache = cache;
    this.job = job;
    this.folder = folder;
    this.provider = provider;
    this.pause = pause;
    this.chunks = JoinedChunk.records(folder);
    this.format = results(job.inference());
    this.classifier = new ResultClassifier(job);
  }

  /** How the results of an inference are read. */
  static ResultFormat results(Inference inference) {
    RequestSpec request = inference.request();
    return request
        .provider()
        .api()
        .results(request.target(), request.body(), inference.result().pointer());
  }

  /**
   * Joins a chunk, unless that was done before.
   *
   * @throws IllegalStateException if the chunk's files do not hold what the chunk says
   */
  JoinedChunk join(AwaitedChunk awaited) throws IOException, ProviderException {
    Optional<JoinedChunk> before = chunks.value(awaited.chunk().id());
    if (before.isPresent()) {
      return joinedBefore(before.get(), awaited);
    }
    JoinedChunk joined;
    try (DownloadedResults results = DownloadedResults.create()) {
      download(awaited, awaited.outputFileId(), results);
      download(awaited, awaited.errorFileId(), results);
      joined = chunks.commit(awaited.chunk().id(), join(awaited, results));
    } catch (IOException | ProviderException | IllegalStateException e) {
      // Another launch that was faster may have deleted what this one was reading.
      Optional<JoinedChunk> meanwhile = chunks.value(awaited.chunk().id());
      if (meanwhile.isEmpty()) {
        throw e;
      }
      return joinedBefore(meanwhile.get(), awaited);
    }
    if (joined.unknownLines() + joined.doubledLines() > 0) {
      LOG.warn(
          "Chunk {} (batch {}): {} result lines unknown or not readable, {} doubled",
          joined.chunkId(),
          joined.batchId(),
          joined.unknownLines(),
          joined.doubledLines());
    }
    return joined;
  }

  private static JoinedChunk joinedBefore(JoinedChunk joined, AwaitedChunk awaited) {
    if (!Objects.equals(joined.batchId(), awaited.batchId())) {
      LOG.warn(
          "Chunk {} was joined from batch {} before; batch {} is ignored",
          joined.chunkId(),
          joined.batchId(),
          awaited.batchId());
    }
    return joined;
  }

  private void download(AwaitedChunk awaited, @Nullable String fileId, DownloadedResults results)
      throws IOException, ProviderException {
    if (fileId != null) {
      long most = SLACK + awaited.chunk().requests() * MOST_BYTES_A_REQUEST;
      results.download(provider, fileId, most, pause);
    }
  }

  private JoinedChunk join(AwaitedChunk awaited, DownloadedResults results) throws IOException {
    ResultIndex index = ResultIndex.of(awaited.chunk(), folder, results, format);
    if (index.isEmpty() && isPaidAgain(awaited)) {
      throw new BatchException(
          "batch "
              + awaited.batchId()
              + " has completed, but its result files have no line of any of its "
              + awaited.chunk().requests()
              + " requests; a proxy may have replied in the provider's place. Nothing was sent"
              + " again, so that nothing is paid twice: run the same command again; if the files"
              + " stay as they are, cancel ends the run without these answers",
          null);
    }
    try (OutcomeWriter outcomes = new OutcomeWriter(job, folder, awaited)) {
      Join join = new Join(awaited, index, results);
      join.into(outcomes);
      String chunk = awaited.chunk().id();
      String file = outcomes.mayBeSentAgain() ? chunk : chunk + "-for-good";
      join.awaited.writeTo(new AnswerFile.Writer(folder.answers(file)), join::line);
      addToCache(join);
      return outcomes.commit(
          index.unknown(), index.duplicates(), join.awaited.isEmpty() ? null : file);
    }
  }

  /**
   * Returns whether so many missing results can't be an accident of single lines, while their
   * requests would be sent again as if nothing had been paid for them.
   */
  private boolean isPaidAgain(AwaitedChunk awaited) {
    return awaited.status() == BatchStatus.COMPLETED
        && (awaited.outputFileId() != null || awaited.errorFileId() != null)
        && awaited.chunk().requests() >= FEW_REQUESTS
        && awaited.chunk().attempt() < job.inference().retry().attempts();
  }

  /** The run has its answers all the same: they are only bought again by the next one. */
  private void addToCache(Join join) {
    if (cache == null || join.answered.isEmpty()) {
      return;
    }
    try {
      join.answered.writeTo(cache.add(Clock.systemUTC().instant()), join::line);
    } catch (IOException e) {
      LOG.warn(
          "the answers of chunk {} can't be kept in the cache {}: {}",
          join.chunk.chunk().id(),
          cache,
          Storage.reason(e));
    }
  }

  /** Walks the documents of one chunk in their order, and decides what becomes of each. */
  private final class Join {
    private final AwaitedChunk chunk;
    private final ResultIndex index;
    private final DownloadedResults results;
    private final MissingResultClassifier missing;
    private final AnswersToKeep awaited = new AnswersToKeep(folder.run());
    private final AnswersToKeep answered = new AnswersToKeep(folder.run());

    Join(AwaitedChunk chunk, ResultIndex index, DownloadedResults results) {
      this.chunk = chunk;
      this.index = index;
      this.results = results;
      this.missing = new MissingResultClassifier(chunk);
    }

    /** The result line of a request; valid until the next call. */
    @Nullable JsonSlice line(int request) throws IOException {
      return index.find(request, results);
    }

    void into(OutcomeWriter outcomes) throws IOException {
      int request = 0;
      for (Part part : chunk.chunk().parts()) {
        try (PartReader documents = PartReader.ofSent(chunk.chunk().id(), part, folder)) {
          while (documents.next()) {
            join(documents, request, outcomes);
            request++;
          }
        }
      }
    }

    private void join(PartReader documents, int request, OutcomeWriter outcomes)
        throws IOException {
      int attempt = chunk.chunk().attempt();
      SentRequest sent =
          new SentRequest(
              chunk.batchId() == null ? attempt - 1 : attempt,
              chunk.batchId(),
              documents.customId());
      JsonSlice found = line(request);
      ResultLine line = found == null ? null : format.read(found);
      if (line != null) {
        Outcome outcome = classifier.classify(line, sent, documents);
        if (outcomes.add(documents, outcome, line, sent) && documents.isAwaited()) {
          awaited.addResult(documents.fingerprinted().fingerprint(), request, sent);
        }
        if (cache != null
            && outcome instanceof Outcome.Answered
            && documents.part().fingerprinted()) {
          answered.addResult(documents.fingerprinted().fingerprint(), request, sent);
        }
        return;
      }
      if (found != null) {
        index.unreadable(sent.customId());
      }
      Outcome outcome = index.isTooLong(request) ? tooLong(sent) : missing.classify(request, sent);
      if (outcomes.add(documents, outcome, null, sent) && documents.isAwaited()) {
        awaited.addFailure(documents.fingerprinted().fingerprint(), outcome, sent);
      }
    }

    /** It was answered and paid: to send it again would bring the same. */
    private static Outcome tooLong(SentRequest sent) {
      return sent.failed(
          FailureReason.INVALID_ANSWER,
          Problem.of(
              "its result line has more than "
                  + DownloadedResults.LONGEST_LINE
                  + " bytes, too many to be read; give Java more memory (-Xmx), or ask for less in"
                  + " one request"),
          null,
          null);
    }
  }
}
