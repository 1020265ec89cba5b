package io.beambatch.result;

import io.beambatch.batch.AwaitedChunk;
import io.beambatch.chunk.Chunk;
import io.beambatch.job.Job;
import io.beambatch.ledger.Ledgers;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.ProviderException;
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

  private final Job job;
  private final RunFolder folder;
  private final BatchProvider provider;
  private final Duration pause;
  private final JoinedChunks chunks;
  private final ResultLine.Reader reader;
  private final LineJudge judge;

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
    this.chunks = new JoinedChunks(Ledgers.open(folder));
    this.reader =
        new ResultLine.Reader(
            Endpoint.of(job.inference().request().endpoint()), job.inference().result().pointer());
    this.judge = new LineJudge(job);
  }

  /**
   * Joins a chunk, unless that was done before.
   *
   * @throws IllegalStateException if the chunk's files do not hold what the chunk says
   */
  JoinedChunk join(AwaitedChunk awaited) throws IOException, ProviderException {
    Optional<JoinedChunk> before = chunks.read(awaited.chunk().id());
    if (before.isPresent()) {
      return joinedBefore(before.get(), awaited);
    }
    JoinedChunk joined;
    try (Spool spool = Spool.create()) {
      download(awaited.outputFileId(), spool);
      download(awaited.errorFileId(), spool);
      joined = chunks.commit(join(awaited, spool));
    }
    if (joined.unknownLines() + joined.doubledLines() > 0) {
      LOG.warn(
          "Chunk {} (batch {}): {} result lines unknown or illegible, {} doubled",
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

  private void download(@Nullable String fileId, Spool spool)
      throws IOException, ProviderException {
    if (fileId != null) {
      spool.download(provider, fileId, pause);
    }
  }

  private JoinedChunk join(AwaitedChunk awaited, Spool spool) throws IOException {
    Chunk chunk = awaited.chunk();
    ResultIndex index = ResultIndex.of(chunk, spool, reader);
    try (ChunkOutcome outcome = new ChunkOutcome(job, folder, awaited)) {
      new ChunkWalk(awaited, folder, judge, reader, index, spool).walk(outcome);
      return outcome.commit(index.unknown(), index.doubled());
    }
  }
}
