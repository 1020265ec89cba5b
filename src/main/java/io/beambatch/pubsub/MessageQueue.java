package io.beambatch.pubsub;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * A queue of messages, delivered at least once: a message is delivered again unless it is
 * acknowledged, and now and then although it is.
 */
interface MessageQueue extends AutoCloseable {

  /**
   * Takes some messages; none if none comes within the time to wait.
   *
   * @throws PubSubException if waiting longer won't help
   */
  List<Delivery> pull(Duration wait) throws IOException;

  /** Acknowledges messages. Those for which that fails are delivered again. */
  void acknowledge(List<String> ackIds);

  @Override
  void close();

  /** One of a message's deliveries. */
  record Delivery(String ackId, Message message) {}
}
