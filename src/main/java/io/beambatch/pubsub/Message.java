package io.beambatch.pubsub;

import com.google.protobuf.ByteString;
import java.util.Map;

/**
 * A message as it came.
 *
 * @param id that Pub/Sub gave it; all its deliveries have the same
 * @param data its payload
 */
record Message(String id, Map<String, String> attributes, ByteString data) {

  /** Names the message without showing its contents. */
  @Override
  public String toString() {
    return "Message[" + id + ", " + data.size() + " bytes]";
  }
}
