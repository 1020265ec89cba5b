package io.beambatch.localserver;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Creates what answers batches: simple rules, or a real-time server. */
final class Answerers implements AutoCloseable {
  private final LocalServerSettings settings;
  private final FaultPlan faults;
  private final @Nullable UpstreamClient upstream;

  Answerers(LocalServerSettings settings, FaultPlan faults) {
    this.settings = settings;
    this.faults = faults;
    this.upstream = settings.upstream() == null ? null : new UpstreamClient(settings.upstream());
  }

  LocalServerSettings settings() {
    return settings;
  }

  FaultPlan faults() {
    return faults;
  }

  /** Resumes a batch from where it stopped. */
  Answering open(BatchState batch, BatchStore store, Path input) throws IOException {
    return upstream == null
        ? new LineAnswers(batch, store, input, settings, faults)
        : new UpstreamAnswers(
            batch, store, input, batch.format().traits().maxRequests(settings), upstream);
  }

  @Override
  public void close() {
    if (upstream != null) {
      upstream.close();
    }
  }
}
