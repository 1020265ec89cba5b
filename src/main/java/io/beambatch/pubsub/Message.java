package io.beambatch.pubsub;

import com.google.protobuf.ByteString;
import java.util.Map;

/**
 * A message as it was delivered.
 *
 * @param id assigned by Pub/Sub, the same at every delivery
 * @param data its payload
 */
record Message(String id, Map<String, String> attributes, ByteString data) {

  /** Shows the id, not the contents. */
  @Override
  public String toString() {
    return "Message[" + id + ", " + data.size() + " bytes]";
  }
}
