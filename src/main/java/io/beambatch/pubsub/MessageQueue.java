package io.beambatch.pubsub;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * Messages that wait to be taken. One that was delivered is delivered again, later, unless it is
 * acknowledged; now and then also if it is.
 */
interface MessageQueue extends AutoCloseable {

  /**
   * Some messages that wait; none if there are none within a time.
   *
   * @throws PubSubException if there will never be any
   */
  List<Delivery> pull(Duration wait) throws IOException;

  /** Lets messages not come again. Where that fails, they do. */
  void acknowledge(List<String> ackIds);

  @Override
  void close();

  /** One of a message's deliveries. */
  record Delivery(String ackId, Message message) {}
}
