package io.beambatch.pubsub;

import io.beambatch.job.SubscriptionSource;
import io.beambatch.source.PlannedFiles;
import io.beambatch.source.ReadDocuments;
import io.beambatch.source.SourceReader;
import io.beambatch.source.SourceSchema;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.Optional;
import org.apache.beam.sdk.options.PipelineOptions;

/**
 * Checks and reads the messages of a subscription. It is the reader of a {@link
 * SubscriptionSource}.
 */
public final class SubscriptionSourceReader implements SourceReader {
  private final SubscriptionSource source;

  /** Reads a subscription. */
  public SubscriptionSourceReader(SubscriptionSource source) {
    this.source = source;
  }

  @Override
  public Optional<SourceSchema> check(RunFolder run, boolean planned, PipelineOptions options)
      throws IOException {
    new PubSubChecks(options).subscription("source.subscription", source.subscription());
    return Optional.empty();
  }

  @Override
  public ReadDocuments read(RunFolder run, PlannedFiles planned) {
    return new ReadMessages(source, run, planned);
  }

  @Override
  public ReadDocuments readTaken(RunFolder run, PlannedFiles planned) {
    return new ReadUnplannedMessages(source, run, planned);
  }
}
