package io.beambatch.pubsub;

import com.google.protobuf.ByteString;
import java.util.Map;

/**
 * A message as it was delivered.
 *
 * @param id given by Pub/Sub, the same at every delivery
 * @param data its payload
 */
record Message(String id, Map<String, String> attributes, ByteString data) {

  /** Names the message without showing its contents. */
  @Override
  public String toString() {
    return "Message[" + id + ", " + data.size() + " bytes]";
  }
}
