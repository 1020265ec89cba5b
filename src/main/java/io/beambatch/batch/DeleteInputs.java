package io.beambatch.batch;

import io.beambatch.ledger.BatchLedger;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.ProviderFactory;
import io.beambatch.storage.RunFolder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;

/**
 * Deletes the files that the run has uploaded, once everything is done: each input element signals
 * that, and is passed on. It does nothing if the job keeps its files.
 */
public final class DeleteInputs<T> extends PTransform<PCollection<T>, PCollection<T>> {
  private final CoordinatorSettings settings;
  private final RunFolder folder;
  private final ProviderFactory providers;

  /** Deletes a run's files at a provider. */
  public DeleteInputs(CoordinatorSettings settings, RunFolder folder, ProviderFactory providers) {
    this.settings = settings;
    this.folder = folder;
    this.providers = providers;
  }

  /** Deletes them at once, without a pipeline. */
  public static void delete(
      CoordinatorSettings settings, RunFolder folder, ProviderFactory providers) {
    if (!settings.inference().keepFiles()) {
      try (BatchProvider provider = providers.open()) {
        new OrphanInputFiles(settings.run(), provider, BatchLedger.of(folder)).delete();
      }
    }
  }

  @Override
  public PCollection<T> expand(PCollection<T> done) {
    return done.apply("Delete", ParDo.of(new DeleteFn<T>(settings, folder, providers)))
        .setCoder(done.getCoder());
  }

  private static final class DeleteFn<T> extends DoFn<T, T> {
    private static final long serialVersionUID = 1L;

    private final CoordinatorSettings settings;
    private final RunFolder folder;
    private final ProviderFactory providers;

    DeleteFn(CoordinatorSettings settings, RunFolder folder, ProviderFactory providers) {
      this.settings = settings;
      this.folder = folder;
      this.providers = providers;
    }

    @ProcessElement
    public void process(@Element T done, OutputReceiver<T> out) {
      delete(settings, folder, providers);
      out.output(done);
    }
  }
}
