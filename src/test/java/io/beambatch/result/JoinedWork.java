package io.beambatch.result;

import io.beambatch.batch.AwaitedChunk;
import io.beambatch.chunk.ReusedLines;
import io.beambatch.job.Job;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.ProviderException;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.time.Duration;

/** Joins without a pipeline. */
public final class JoinedWork {
  private JoinedWork() {}

  /** Joins what a batch has answered, and keeps it in the job's cache. */
  public static JoinedChunk join(
      Job job, RunFolder folder, BatchProvider provider, AwaitedChunk awaited)
      throws IOException, ProviderException {
    return new ResultJoiner(
            job, folder, provider, Duration.ofMillis(1), job.inference().answerCache())
        .join(awaited);
  }

  /** Joins answers that others paid for. */
  public static JoinedChunk join(Job job, RunFolder folder, ReusedLines lines) throws IOException {
    return new ReuseJoiner(job, folder).join(lines);
  }
}
