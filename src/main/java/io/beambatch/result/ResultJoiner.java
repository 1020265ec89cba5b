package io.beambatch.result;

import io.beambatch.batch.AwaitedChunk;
import io.beambatch.chunk.Part;
import io.beambatch.document.FailureReason;
import io.beambatch.job.Inference;
import io.beambatch.job.Job;
import io.beambatch.job.RequestSpec;
import io.beambatch.json.JsonSlice;
import io.beambatch.ledger.Records;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ResultFormat;
import io.beambatch.provider.ResultLine;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
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

  private final Job job;
  private final RunFolder folder;
  private final BatchProvider provider;
  private final Duration pause;
  private final Records<JoinedChunk> chunks;
  private final ResultFormat format;
  private final ResultClassifier classifier;

  /**
   * A joiner.
   *
   * @param pause before a download that broke off is begun again
   * @throws IllegalArgumentException if the job's schema can't be used
   */
  ResultJoiner(Job job, RunFolder folder, BatchProvider provider, Duration pause) {
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
    Optional<JoinedChunk> before = chunks.read(awaited.chunk().id()).map(Records.Version::value);
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
      Optional<JoinedChunk> meanwhile =
          chunks.read(awaited.chunk().id()).map(Records.Version::value);
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
          "Chunk {} was joined from batch {} before; batch {} is left aside",
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
    try (OutcomeWriter outcomes = new OutcomeWriter(job, folder, awaited)) {
      String chunk = awaited.chunk().id();
      AwaitedAnswers kept =
          new AwaitedAnswers(folder, outcomes.mayBeSentAgain() ? chunk : chunk + "-for-good");
      new Join(awaited, index, results).into(outcomes, kept);
      String file = kept.commit(request -> index.find(request, results)).orElse(null);
      return outcomes.commit(index.unknown(), index.duplicates()).withAwaitedAnswers(file);
    }
  }

  /** Walks the documents of one chunk in their order, and decides what becomes of each. */
  private final class Join {
    private final AwaitedChunk awaited;
    private final ResultIndex index;
    private final DownloadedResults results;
    private final MissingResultClassifier missing;

    Join(AwaitedChunk awaited, ResultIndex index, DownloadedResults results) {
      this.awaited = awaited;
      this.index = index;
      this.results = results;
      this.missing = new MissingResultClassifier(awaited);
    }

    void into(OutcomeWriter outcomes, AwaitedAnswers kept) throws IOException {
      int request = 0;
      for (Part part : awaited.chunk().parts()) {
        try (PartReader documents = PartReader.ofSent(awaited.chunk().id(), part, folder)) {
          while (documents.next()) {
            join(documents, request, outcomes, kept);
            request++;
          }
        }
      }
    }

    private void join(
        PartReader documents, int request, OutcomeWriter outcomes, AwaitedAnswers kept)
        throws IOException {
      int attempt = awaited.chunk().attempt();
      SentRequest sent =
          new SentRequest(
              awaited.batchId() == null ? attempt - 1 : attempt,
              awaited.batchId(),
              documents.customId());
      JsonSlice found = index.find(request, results);
      ResultLine line = found == null ? null : format.read(found);
      if (line != null) {
        Outcome outcome = classifier.classify(line, sent, documents::request);
        if (outcomes.add(documents, outcome, line, sent) && documents.isAwaited()) {
          kept.addResult(documents.fingerprinted().fingerprint(), request, sent);
        }
        return;
      }
      if (found != null) {
        index.unreadable(sent.customId());
      }
      Outcome outcome = index.isTooLong(request) ? tooLong(sent) : missing.classify(request, sent);
      if (outcomes.add(documents, outcome, null, sent) && documents.isAwaited()) {
        kept.addFailure(documents.fingerprinted().fingerprint(), outcome, sent);
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
