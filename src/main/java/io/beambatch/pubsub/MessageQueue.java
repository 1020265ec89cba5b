package io.beambatch.pubsub;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * A queue of messages, delivered at least once: a message is redelivered unless it is acknowledged,
 * and occasionally although it is.
 */
interface MessageQueue extends AutoCloseable {

  /**
   * Pulls some messages; none if none arrives within the time to wait.
   *
   * @throws PubSubException if waiting longer won't help
   */
  List<Delivery> pull(Duration wait) throws IOException;

  /** Acknowledges messages. If that fails, they are redelivered. */
  void acknowledge(List<String> ackIds);

  @Override
  void close();

  /** One delivery of a message. */
  record Delivery(String ackId, Message message) {}
}
