package io.beambatch.batch;

import io.beambatch.batch.ChunkUploader.Contents;
import io.beambatch.chunk.Chunk;
import io.beambatch.ledger.PermanentErrors;
import io.beambatch.ledger.RunMetrics;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.ProviderFactory;
import io.beambatch.storage.JsonCoder;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/**
 * Uploads each chunk's parts, one after the other, as one file, and records the file's id in the
 * ledger. A chunk that is uploaded already passes through. In a stream, so does a chunk whose
 * upload is refused; {@link AwaitBatches} tries it again. Uploading twice costs nothing; the file
 * that the ledger doesn't name is deleted at the end of the run at the latest.
 */
public final class UploadChunks extends PTransform<PCollection<Chunk>, PCollection<Chunk>> {
  private final CoordinatorSettings settings;
  private final RunFolder folder;
  private final ProviderFactory providers;

  /** Uploads a run's chunks to a provider. */
  public UploadChunks(CoordinatorSettings settings, RunFolder folder, ProviderFactory providers) {
    this.settings = settings;
    this.folder = folder;
    this.providers = providers;
  }

  @Override
  public PCollection<Chunk> expand(PCollection<Chunk> chunks) {
    return chunks
        .apply("Spread over workers", Reshuffle.viaRandomKey())
        .apply(
            "Upload parts",
            ParDo.of(new UploadFn(this, PermanentErrors.of(chunks.isBounded(), folder))))
        .setCoder(JsonCoder.of(Chunk.class));
  }

  private static final class UploadFn extends DoFn<Chunk, Chunk> {
    private static final long serialVersionUID = 1L;

    private final CoordinatorSettings settings;
    private final RunFolder folder;
    private final ProviderFactory providers;
    private final Counter uploaded = RunMetrics.counter("bytes_uploaded");
    private final PermanentErrors permanentErrors;
    private transient @Nullable BatchProvider provider;
    private transient @Nullable ChunkUploader uploader;

    UploadFn(UploadChunks step, PermanentErrors permanentErrors) {
      this.settings = step.settings;
      this.folder = step.folder;
      this.providers = step.providers;
      this.permanentErrors = permanentErrors;
    }

    @ProcessElement
    public void process(@Element Chunk chunk, OutputReceiver<Chunk> out) throws IOException {
      try {
        if (uploader().upload(chunk)) {
          uploaded.inc(chunk.bytes());
        }
      } catch (RuntimeException e) {
        if (!permanentErrors.record(AwaitBatches.SUBJECT, e)) {
          throw e;
        }
      }
      out.output(chunk);
    }

    private ChunkUploader uploader() {
      if (uploader == null) {
        CoordinatorContext context = CoordinatorContext.open(settings, folder, providers);
        provider = context.provider();
        uploader = new ChunkUploader(context, Contents.in(folder));
      }
      return uploader;
    }

    @Teardown
    public void teardown() {
      if (provider != null) {
        provider.close();
      }
    }
  }
}
