package io.beambatch.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.job.FileDestination.Compression;

/**
 * Documents as messages of a Pub/Sub topic. It is a {@code sink}, or the {@code failures}, of the
 * job file.
 *
 * @param topic {@code projects/<project>/topics/<name>}
 */
public record TopicDestination(String topic) implements Destination {

  @Override
  public String address() {
    return topic;
  }

  @Override
  public String place(String run) {
    return topic;
  }

  @Override
  public boolean hasColumns() {
    return false;
  }

  @Override
  public boolean hasTypes() {
    return false;
  }

  @Override
  public TopicDestination besideForFailures() {
    return new TopicDestination(topic + "-failed");
  }

  @Override
  public ObjectNode canonical() {
    return CanonicalJob.destination("PUBSUB", Compression.NONE).put("topic", topic);
  }
}
