package io.beambatch.result;

import io.beambatch.chunk.ReusedLines;
import io.beambatch.job.Job;
import io.beambatch.ledger.RunMetrics;
import io.beambatch.storage.JsonCoder;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.values.PCollection;

/**
 * Joins answers that other lines paid for onto the documents that get them, many lines at a time
 * and in parallel. The output is like a joined chunk that never had a batch. Lines that were joined
 * before are not joined again.
 */
public final class JoinReused
    extends PTransform<PCollection<ReusedLines>, PCollection<JoinedChunk>> {
  private final Job job;
  private final RunFolder folder;

  /** Joins the lines of a run's plans. */
  public JoinReused(Job job, RunFolder folder) {
    this.job = job;
    this.folder = folder;
  }

  @Override
  public PCollection<JoinedChunk> expand(PCollection<ReusedLines> lines) {
    return lines
        .apply("Spread lines", Reshuffle.viaRandomKey())
        .apply("Join lines", ParDo.of(new JoinFn(job, folder)))
        .setCoder(JsonCoder.of(JoinedChunk.class));
  }

  private static final class JoinFn extends DoFn<ReusedLines, JoinedChunk> {
    private static final long serialVersionUID = 1L;

    private final Job job;
    private final RunFolder folder;

    JoinFn(Job job, RunFolder folder) {
      this.job = job;
      this.folder = folder;
    }

    @ProcessElement
    public void join(@Element ReusedLines lines, OutputReceiver<JoinedChunk> joined)
        throws IOException {
      JoinedChunk chunk = new ReuseJoiner(job, folder).join(lines);
      RunMetrics.counter("documents_reused")
          .inc(chunk.answered() == null ? 0 : chunk.answered().documents());
      joined.output(chunk);
    }
  }
}
