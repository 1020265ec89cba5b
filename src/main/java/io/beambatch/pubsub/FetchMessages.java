package io.beambatch.pubsub;

import io.beambatch.source.FileFinder;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/**
 * Pulls messages from the subscription at each poll, and returns the inbox files that hold them.
 */
final class FetchMessages implements FileFinder {
  private static final long serialVersionUID = 1L;

  private final String subscription;
  private final RunFolder folder;
  private final Duration betweenLooks;
  private transient @Nullable Inbox inbox;

  FetchMessages(String subscription, RunFolder folder, Duration betweenLooks) {
    this.subscription = subscription;
    this.folder = folder;
    this.betweenLooks = betweenLooks;
  }

  @Override
  public Set<String> find(PipelineOptions options) throws IOException {
    if (inbox == null) {
      inbox =
          new Inbox(
              folder,
              Subscription.open(subscription, options),
              Inbox.Limits.of(betweenLooks),
              Clock.systemUTC());
    }
    inbox.fetch();
    return Inbox.files(folder);
  }

  @Override
  public void close() {
    if (inbox != null) {
      inbox.close();
      inbox = null;
    }
  }
}
