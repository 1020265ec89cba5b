package io.beambatch.batch;

import io.beambatch.chunk.Chunk;
import io.beambatch.job.Job;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchEntry.State;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.ledger.BatchLedger.Tracked;
import io.beambatch.ledger.Ledgers;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.BatchProvider.Upload;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderFactory;
import io.beambatch.storage.JsonCoder;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.time.Clock;
import java.util.Optional;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.values.PCollection;

/**
 * Uploads each chunk's parts, one after the other, as one file, and notes the file's id in the
 * ledger. Chunks whose input is there already pass. An upload that is made twice costs nothing; the
 * one that the ledger doesn't name is deleted.
 */
public final class UploadChunks extends PTransform<PCollection<Chunk>, PCollection<Chunk>> {
  private final Job job;
  private final RunFolder folder;
  private final ProviderFactory providers;

  /** Uploads to a provider. */
  public UploadChunks(Job job, RunFolder folder, ProviderFactory providers) {
    this.job = job;
    this.folder = folder;
    this.providers = providers;
  }

  @Override
  public PCollection<Chunk> expand(PCollection<Chunk> chunks) {
    return chunks
        .apply("Spread", Reshuffle.viaRandomKey())
        .apply("Upload parts", ParDo.of(new UploadFn(job, folder, providers)))
        .setCoder(JsonCoder.of(Chunk.class));
  }

  private static final class UploadFn extends DoFn<Chunk, Chunk> {
    private final String job;
    private final RunFolder folder;
    private final ProviderFactory providers;
    private final Counter uploaded = Metrics.counter(UploadChunks.class, "bytes_uploaded");
    private transient BatchProvider provider;
    private transient BatchLedger ledger;

    UploadFn(Job job, RunFolder folder, ProviderFactory providers) {
      this.job = job.name();
      this.folder = folder;
      this.providers = providers;
    }

    @Setup
    public void setup() {
      provider = providers.open();
      ledger = new BatchLedger(Ledgers.open(folder));
    }

    @ProcessElement
    public void process(@Element Chunk chunk, OutputReceiver<Chunk> out) throws IOException {
      Optional<Tracked> known = ledger.read(chunk.id());
      if (known.isEmpty() || needsUpload(known.get().entry())) {
        upload(chunk, known);
      }
      out.output(chunk);
    }

    @Teardown
    public void teardown() {
      if (provider != null) {
        provider.close();
      }
    }

    private static boolean needsUpload(BatchEntry entry) {
      return entry.state() == State.PLANNED && entry.fileId() == null;
    }

    private void upload(Chunk chunk, Optional<Tracked> known) throws IOException {
      String name = job + "-" + folder.run() + "-" + chunk.id() + ".jsonl";
      try {
        String file =
            provider.upload(new Upload(name, chunk.bytes(), () -> new ChunkContent(chunk, folder)));
        BatchEntry entry = BatchEntry.planned(file, Clock.systemUTC().instant());
        Optional<Tracked> written =
            known.isEmpty() ? ledger.create(chunk.id(), entry) : ledger.advance(known.get(), entry);
        if (written.isEmpty()) {
          provider.deleteFile(file);
        }
        uploaded.inc(chunk.bytes());
      } catch (ProviderException e) {
        throw Submitter.fatal(e);
      }
    }
  }
}
