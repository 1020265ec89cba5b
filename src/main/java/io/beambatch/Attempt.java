package io.beambatch;

import io.beambatch.batch.AwaitBatches;
import io.beambatch.batch.AwaitedChunk;
import io.beambatch.batch.CoordinatorSettings;
import io.beambatch.batch.UploadChunks;
import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Plan;
import io.beambatch.job.Job;
import io.beambatch.provider.ProviderFactory;
import io.beambatch.result.JoinResults;
import io.beambatch.result.JoinedChunk;
import io.beambatch.storage.JsonCoder;
import io.beambatch.storage.RunFolder;
import org.apache.beam.sdk.transforms.FlatMapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptor;

/**
 * Sends the chunks of a plan once, and joins the results onto their documents. In a cancelled run
 * nothing is sent, but existing results are joined.
 */
final class Attempt extends PTransform<PCollection<Plan>, PCollection<JoinedChunk>> {
  private final Job job;
  private final CoordinatorSettings settings;
  private final RunFolder folder;
  private final ProviderFactory providers;

  Attempt(Job job, CoordinatorSettings settings, RunFolder folder, ProviderFactory providers) {
    this.job = job;
    this.settings = settings;
    this.folder = folder;
    this.providers = providers;
  }

  @Override
  public PCollection<JoinedChunk> expand(PCollection<Plan> plans) {
    return new Submission(settings, folder, providers)
        .expand(plans)
        .apply("Join results", new JoinResults(job, folder, providers));
  }

  /** The chunks of plans. */
  static PCollection<Chunk> chunks(PCollection<Plan> plans) {
    return plans
        .apply(
            "Chunks of the plan",
            FlatMapElements.into(TypeDescriptor.of(Chunk.class)).via(Plan::chunks))
        .setCoder(JsonCoder.of(Chunk.class));
  }

  /** The part that ends when the batches do. */
  static final class Submission extends PTransform<PCollection<Plan>, PCollection<AwaitedChunk>> {
    private final CoordinatorSettings settings;
    private final RunFolder folder;
    private final ProviderFactory providers;

    Submission(CoordinatorSettings settings, RunFolder folder, ProviderFactory providers) {
      this.settings = settings;
      this.folder = folder;
      this.providers = providers;
    }

    @Override
    public PCollection<AwaitedChunk> expand(PCollection<Plan> plans) {
      return chunks(plans)
          .apply("Upload", new UploadChunks(settings, folder, providers))
          .apply("Await batches", new AwaitBatches(settings, folder, providers));
    }
  }
}
