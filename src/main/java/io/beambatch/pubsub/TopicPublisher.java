package io.beambatch.pubsub;

import com.google.api.core.ApiFuture;
import com.google.api.core.ApiFutureCallback;
import com.google.api.core.ApiFutures;
import com.google.api.gax.batching.BatchingSettings;
import com.google.api.gax.batching.FlowControlSettings;
import com.google.api.gax.batching.FlowController.LimitExceededBehavior;
import com.google.api.gax.rpc.ApiException;
import com.google.cloud.pubsub.v1.Publisher;
import com.google.protobuf.ByteString;
import com.google.pubsub.v1.PubsubMessage;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/**
 * Publishes to a topic with Google's client library, which sends messages in bundles and retries
 * failed calls for ten minutes. At most {@link #MOST_BYTES} of unsent messages are in memory.
 */
final class TopicPublisher implements AutoCloseable {
  /** The largest payload, in bytes. Pub/Sub allows 10,000,000 including the attributes. */
  static final int LARGEST = 9_900_000;

  private static final long MOST_BYTES = 32L << 20;
  private static final long MOST_MESSAGES = 10_000;
  private static final Duration DELAY = Duration.ofMillis(20);

  private final String name;
  private final Publisher publisher;
  private boolean closed;
  private final AtomicLong published = new AtomicLong();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  private TopicPublisher(String name, Publisher publisher) {
    this.name = name;
    this.publisher = publisher;
  }

  /** Connects with the options. */
  static TopicPublisher open(String name, PipelineOptions options) throws IOException {
    Connection connection = Connection.of(options);
    return new TopicPublisher(
        name,
        Publisher.newBuilder(name)
            .setChannelProvider(connection.channels())
            .setCredentialsProvider(connection.account())
            .setBatchingSettings(
                BatchingSettings.newBuilder()
                    .setElementCountThreshold(1000L)
                    .setRequestByteThreshold(1L << 20)
                    .setDelayThresholdDuration(DELAY)
                    .setFlowControlSettings(
                        FlowControlSettings.newBuilder()
                            .setLimitExceededBehavior(LimitExceededBehavior.Block)
                            .setMaxOutstandingElementCount(MOST_MESSAGES)
                            .setMaxOutstandingRequestBytes(MOST_BYTES)
                            .build())
                    .build())
            .build());
  }

  /**
   * Publishes a message, in the background.
   *
   * @throws IOException if an earlier one could not be published
   */
  void publish(byte[] bytes, int from, int to, Map<String, String> attributes) throws IOException {
    throwFailure();
    ApiFuture<String> sent =
        publisher.publish(
            PubsubMessage.newBuilder()
                .setData(ByteString.copyFrom(bytes, from, to - from))
                .putAllAttributes(attributes)
                .build());
    ApiFutures.addCallback(sent, new Count(), Runnable::run);
  }

  /**
   * Waits until the topic has all messages.
   *
   * @return their number
   * @throws IOException if one could not be published
   */
  long finish() throws IOException, InterruptedException {
    close();
    while (!publisher.awaitTermination(1, TimeUnit.SECONDS)) {
      throwFailure();
    }
    throwFailure();
    return published.get();
  }

  private void throwFailure() throws IOException {
    Throwable thrown = failure.get();
    if (thrown instanceof ApiException api) {
      throw PubSubException.of(name, Permission.PUBLISH, api);
    }
    if (thrown != null) {
      throw new IOException(name + ": a message could not be published: " + thrown, thrown);
    }
  }

  /** Accepts no more messages. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      publisher.shutdown();
    }
  }

  private final class Count implements ApiFutureCallback<String> {
    @Override
    public void onSuccess(String id) {
      published.incrementAndGet();
    }

    @Override
    public void onFailure(Throwable thrown) {
      failure.compareAndSet(null, thrown);
    }
  }
}
