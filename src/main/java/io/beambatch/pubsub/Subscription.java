package io.beambatch.pubsub;

import com.google.api.gax.grpc.GrpcCallContext;
import com.google.api.gax.rpc.ApiException;
import com.google.api.gax.rpc.StatusCode.Code;
import com.google.cloud.pubsub.v1.stub.GrpcSubscriberStub;
import com.google.cloud.pubsub.v1.stub.SubscriberStub;
import com.google.cloud.pubsub.v1.stub.SubscriberStubSettings;
import com.google.pubsub.v1.AcknowledgeRequest;
import com.google.pubsub.v1.ModifyAckDeadlineRequest;
import com.google.pubsub.v1.PullRequest;
import com.google.pubsub.v1.ReceivedMessage;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Pulls messages of a subscription with Google's client library. */
final class Subscription implements MessageQueue {
  private static final Logger LOG = LoggerFactory.getLogger(Subscription.class);
  private static final int MOST_AT_ONCE = 1000;

  /** The time to write a file of messages before they are redelivered to another worker. */
  private static final Duration LEASE = Duration.ofMinutes(2);

  /** How long Pub/Sub may be out of reach before a stream fails. */
  private static final Duration PATIENCE = Duration.ofHours(1);

  private static final Set<Code> PASSING =
      Set.of(
          Code.UNAVAILABLE, Code.ABORTED, Code.INTERNAL, Code.RESOURCE_EXHAUSTED, Code.CANCELLED);

  private final String name;
  private final SubscriberStub stub;
  private final Clock clock;
  private @Nullable Instant failingSince;

  private Subscription(String name, SubscriberStub stub, Clock clock) {
    this.name = name;
    this.stub = stub;
    this.clock = clock;
  }

  /** Connects with the options. */
  static Subscription open(String name, PipelineOptions options) throws IOException {
    return new Subscription(name, stub(options), Clock.systemUTC());
  }

  static SubscriberStub stub(PipelineOptions options) throws IOException {
    Connection connection = Connection.of(options);
    SubscriberStubSettings.Builder settings =
        SubscriberStubSettings.newBuilder()
            .setTransportChannelProvider(connection.channels())
            .setCredentialsProvider(connection.account());
    // The next poll asks again, so this one need not retry.
    settings.pullSettings().setRetryableCodes(Set.of());
    return GrpcSubscriberStub.create(settings.build());
  }

  @Override
  public List<Delivery> pull(Duration wait) throws IOException {
    List<ReceivedMessage> received;
    try {
      received =
          stub.pullCallable()
              .call(
                  PullRequest.newBuilder()
                      .setSubscription(name)
                      .setMaxMessages(MOST_AT_ONCE)
                      .build(),
                  GrpcCallContext.createDefault().withTimeoutDuration(wait))
              .getReceivedMessagesList();
    } catch (ApiException e) {
      return nothing(e);
    }
    failingSince = null;
    List<Delivery> deliveries = received.stream().map(Subscription::delivery).toList();
    if (!deliveries.isEmpty()) {
      extendDeadlines(deliveries);
    }
    return deliveries;
  }

  /** A poll without messages is normal; an outage usually passes. */
  private List<Delivery> nothing(ApiException thrown) throws PubSubException {
    Code code = thrown.getStatusCode().getCode();
    if (code == Code.DEADLINE_EXCEEDED) {
      return List.of();
    }
    if (!PASSING.contains(code)) {
      throw PubSubException.of(name, Permission.CONSUME, thrown);
    }
    Instant now = clock.instant();
    if (failingSince == null) {
      failingSince = now;
    }
    if (Duration.between(failingSince, now).compareTo(PATIENCE) > 0) {
      throw PubSubException.of(name, Permission.CONSUME, thrown);
    }
    LOG.warn("no messages from {} at present ({})", name, code);
    return List.of();
  }

  private void extendDeadlines(List<Delivery> deliveries) {
    try {
      stub.modifyAckDeadlineCallable()
          .call(
              ModifyAckDeadlineRequest.newBuilder()
                  .setSubscription(name)
                  .addAllAckIds(deliveries.stream().map(Delivery::ackId).toList())
                  .setAckDeadlineSeconds((int) LEASE.toSeconds())
                  .build());
    } catch (ApiException e) {
      // They may be redelivered before they are acknowledged, and are recognised then.
      LOG.warn("messages of {} can't be held ({})", name, e.getStatusCode().getCode());
    }
  }

  @Override
  public void acknowledge(List<String> ackIds) {
    for (int from = 0; from < ackIds.size(); from += MOST_AT_ONCE) {
      List<String> some = ackIds.subList(from, Math.min(ackIds.size(), from + MOST_AT_ONCE));
      try {
        stub.acknowledgeCallable()
            .call(AcknowledgeRequest.newBuilder().setSubscription(name).addAllAckIds(some).build());
      } catch (ApiException e) {
        // They are redelivered, and recognised and acknowledged then.
        LOG.warn(
            "{} messages of {} can't be acknowledged ({})",
            some.size(),
            name,
            e.getStatusCode().getCode());
      }
    }
  }

  private static Delivery delivery(ReceivedMessage received) {
    var message = received.getMessage();
    return new Delivery(
        received.getAckId(),
        new Message(message.getMessageId(), message.getAttributesMap(), message.getData()));
  }

  @Override
  public void close() {
    stub.close();
  }
}
