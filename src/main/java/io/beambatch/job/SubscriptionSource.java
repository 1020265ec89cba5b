package io.beambatch.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Messages of a Pub/Sub subscription, each a JSON object. It is the section {@code source} of a job
 * file that reads one.
 *
 * @param subscription {@code projects/<project>/subscriptions/<name>}
 * @param attributes the field of a document for its message's attributes, or null
 * @param id the field that identifies a document, or null: documents are identified by their
 *     message's id
 * @param window how long messages are gathered before they are sent
 */
public record SubscriptionSource(
    String subscription, @Nullable String attributes, @Nullable String id, Duration window)
    implements Source {
  private static final Duration MIN_INTERVAL = Duration.ofSeconds(1);
  private static final Duration MAX_INTERVAL = Duration.ofSeconds(30);

  /** How often messages are pulled, each time into a file: about ten times per window. */
  public Duration fetchInterval() {
    Duration tenth = window.dividedBy(10);
    return tenth.compareTo(MIN_INTERVAL) < 0
        ? MIN_INTERVAL
        : tenth.compareTo(MAX_INTERVAL) > 0 ? MAX_INTERVAL : tenth;
  }

  @Override
  public boolean hasSchema() {
    return false;
  }

  @Override
  public Optional<Endlessness> endlessness() {
    return Optional.of(
        new Endlessness(
            "a subscription (source.type pubsub)",
            "use run, which sends the messages of each source.window"));
  }

  @Override
  public boolean isConsumed() {
    return true;
  }

  @Override
  public ObjectNode canonical() {
    ObjectNode json =
        CanonicalJob.source("PUBSUB", this)
            .put("subscription", subscription)
            .put("watch", fetchInterval().toString())
            .put("window", window.toString());
    return CanonicalJob.put(json, "attributes", attributes);
  }
}
