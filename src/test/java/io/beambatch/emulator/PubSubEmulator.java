package io.beambatch.emulator;

import com.google.api.gax.core.NoCredentialsProvider;
import com.google.api.gax.grpc.InstantiatingGrpcChannelProvider;
import com.google.api.gax.rpc.TransportChannelProvider;
import com.google.cloud.pubsub.v1.stub.GrpcPublisherStub;
import com.google.cloud.pubsub.v1.stub.GrpcSubscriberStub;
import com.google.cloud.pubsub.v1.stub.PublisherStub;
import com.google.cloud.pubsub.v1.stub.PublisherStubSettings;
import com.google.cloud.pubsub.v1.stub.SubscriberStub;
import com.google.cloud.pubsub.v1.stub.SubscriberStubSettings;
import com.google.protobuf.ByteString;
import com.google.pubsub.v1.AcknowledgeRequest;
import com.google.pubsub.v1.ModifyAckDeadlineRequest;
import com.google.pubsub.v1.PublishRequest;
import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.PullRequest;
import com.google.pubsub.v1.ReceivedMessage;
import com.google.pubsub.v1.Subscription;
import com.google.pubsub.v1.Topic;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;

/**
 * Pub/Sub on this machine, for all tests of a JVM: the server of Google's Go client, over gRPC,
 * built from {@code src/test/go}, which the environment variable {@code BEAMBATCH_PUBSUB_EMULATOR}
 * names. Where it is not there, tests are skipped, or fail if {@code BEAMBATCH_REQUIRE_EMULATORS}
 * is set.
 */
public final class PubSubEmulator {
  private static final String PROGRAM = "BEAMBATCH_PUBSUB_EMULATOR";

  private static PubSubEmulator running;

  private final String address;
  private final PublisherStub topics;
  private final SubscriberStub subscriptions;

  private PubSubEmulator(String address) throws IOException {
    this.address = address;
    TransportChannelProvider channels =
        InstantiatingGrpcChannelProvider.newBuilder()
            .setEndpoint(address)
            .setChannelConfigurator(channel -> channel.usePlaintext())
            .build();
    this.topics =
        GrpcPublisherStub.create(
            PublisherStubSettings.newBuilder()
                .setTransportChannelProvider(channels)
                .setCredentialsProvider(NoCredentialsProvider.create())
                .build());
    this.subscriptions =
        GrpcSubscriberStub.create(
            SubscriberStubSettings.newBuilder()
                .setTransportChannelProvider(channels)
                .setCredentialsProvider(NoCredentialsProvider.create())
                .build());
  }

  /** The emulator, which ends with this JVM. */
  public static synchronized PubSubEmulator start() throws IOException {
    if (running == null) {
      running = new PubSubEmulator(launch(InstalledProgram.named(PROGRAM)));
    }
    return running;
  }

  /** It ends when its input does, at the latest with this JVM. */
  private static String launch(Path program) throws IOException {
    Process process =
        new ProcessBuilder(program.toString()).redirectError(Redirect.INHERIT).start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    // Not closed: what it says later has to go somewhere.
    return new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))
        .readLine();
  }

  /** Where it listens, as {@code PUBSUB_EMULATOR_HOST} has it. */
  public String address() {
    return address;
  }

  /** Options with which Beam comes here. */
  public String[] beamOptions() {
    return new String[] {"--pubsubRootUrl=http://" + address};
  }

  /** The same, parsed. */
  public PipelineOptions options() {
    return PipelineOptionsFactory.fromArgs(beamOptions()).create();
  }

  /** A new topic's name. */
  public String topic() {
    return topic("projects/test/topics/t-" + UUID.randomUUID());
  }

  /** Creates a topic of a name. */
  public String topic(String name) {
    return topics.createTopicCallable().call(Topic.newBuilder().setName(name).build()).getName();
  }

  /** A new subscription's name; it gets the messages that are published to a topic from now on. */
  public String subscription(String topic) {
    return subscriptions
        .createSubscriptionCallable()
        .call(
            Subscription.newBuilder()
                .setName("projects/test/subscriptions/s-" + UUID.randomUUID())
                .setTopic(topic)
                .setAckDeadlineSeconds(10)
                .build())
        .getName();
  }

  /** Publishes a message and returns its id. */
  public String publish(String topic, String data, Map<String, String> attributes) {
    return publish(topic, data.getBytes(StandardCharsets.UTF_8), attributes);
  }

  /** Publishes a message and returns its id. */
  public String publish(String topic, byte[] data, Map<String, String> attributes) {
    return topics
        .publishCallable()
        .call(
            PublishRequest.newBuilder()
                .setTopic(topic)
                .addMessages(
                    PubsubMessage.newBuilder()
                        .setData(ByteString.copyFrom(data))
                        .putAllAttributes(attributes))
                .build())
        .getMessageIds(0);
  }

  /** Gives back what was pulled: whatever of it is not acknowledged waits again. */
  public void giveBack(String subscription, List<String> ackIds) {
    subscriptions
        .modifyAckDeadlineCallable()
        .call(
            ModifyAckDeadlineRequest.newBuilder()
                .setSubscription(subscription)
                .addAllAckIds(ackIds)
                .setAckDeadlineSeconds(0)
                .build());
  }

  /** Takes all messages that wait in a subscription. */
  public List<PubsubMessage> take(String subscription) {
    List<PubsubMessage> taken = new ArrayList<>();
    while (true) {
      List<ReceivedMessage> some =
          subscriptions
              .pullCallable()
              .call(
                  PullRequest.newBuilder()
                      .setSubscription(subscription)
                      .setMaxMessages(1000)
                      .build())
              .getReceivedMessagesList();
      if (some.isEmpty()) {
        return taken;
      }
      some.forEach(received -> taken.add(received.getMessage()));
      subscriptions
          .acknowledgeCallable()
          .call(
              AcknowledgeRequest.newBuilder()
                  .setSubscription(subscription)
                  .addAllAckIds(some.stream().map(ReceivedMessage::getAckId).toList())
                  .build());
    }
  }
}
