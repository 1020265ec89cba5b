package io.beambatch.pubsub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.pubsub.v1.PubsubMessage;
import io.beambatch.emulator.PubSubEmulator;
import io.beambatch.pubsub.MessageQueue.Delivery;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.beam.sdk.options.PipelineOptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is asked of Pub/Sub, over gRPC. */
class PubSubTest {
  private static final Duration WAIT = Duration.ofSeconds(20);

  private PubSubEmulator pubsub;
  private PipelineOptions options;
  private String topic;
  private String subscription;

  @BeforeEach
  void create() throws Exception {
    pubsub = PubSubEmulator.start();
    options = pubsub.options();
    topic = pubsub.topic();
    subscription = pubsub.subscription(topic);
  }

  @Test
  void pullsMessagesAsTheyWerePublished() throws Exception {
    byte[] data = {0, (byte) 0xff, '\n'};
    String id = pubsub.publish(topic, data, Map.of("k", "ü"));
    try (Subscription messages = Subscription.open(subscription, options)) {
      List<Delivery> deliveries = messages.pull(WAIT);
      assertThat(deliveries).hasSize(1);
      Message message = deliveries.get(0).message();
      assertThat(message.id()).isEqualTo(id);
      assertThat(message.attributes()).containsExactly(Map.entry("k", "ü"));
      assertThat(message.data().toByteArray()).isEqualTo(data);
    }
  }

  @Test
  void getsNothingIfNothingComesInTime() throws Exception {
    try (Subscription messages = Subscription.open(subscription, options)) {
      assertThat(messages.pull(Duration.ofMillis(50))).isEmpty();
      assertThat(messages.pull(Duration.ofSeconds(5))).isEmpty();
    }
  }

  @Test
  void acknowledgesManyMessages() throws Exception {
    try (Subscription messages = Subscription.open(subscription, options)) {
      IntStream.range(0, 30).forEach(i -> pubsub.publish(topic, "m" + i, Map.of()));
      List<Delivery> deliveries = messages.pull(WAIT);
      assertThat(deliveries).hasSize(30);
      List<String> ackIds = deliveries.stream().map(Delivery::ackId).toList();
      messages.acknowledge(ackIds.subList(0, 20));
      pubsub.giveBack(subscription, ackIds);
    }
    assertThat(pubsub.take(subscription)).hasSize(10);
  }

  @Test
  void survivesAnOutageOfAcknowledging() throws Exception {
    try (Subscription messages = Subscription.open("projects/test/subscriptions/gone", options)) {
      assertThatCode(() -> messages.acknowledge(List.of("a"))).doesNotThrowAnyException();
    }
  }

  @Test
  void saysThatASubscriptionIsGone() throws Exception {
    try (Subscription messages = Subscription.open("projects/test/subscriptions/gone", options)) {
      assertThatThrownBy(() -> messages.pull(WAIT))
          .isInstanceOf(PubSubException.class)
          .hasMessageStartingWith(
              "projects/test/subscriptions/gone: it doesn't exist; create it (gcloud pubsub"
                  + " subscriptions create projects/test/subscriptions/gone --topic=TOPIC)");
    }
  }

  @Test
  void publishesBytesWithTheirAttributes() throws Exception {
    byte[] bytes = "xx{\"a\":\"ü\"}yy".getBytes(UTF_8);
    try (TopicPublisher publisher = TopicPublisher.open(topic, options)) {
      for (int i = 0; i < 2500; i++) {
        publisher.publish(bytes, 2, bytes.length - 2, Map.of("n", String.valueOf(i)));
      }
      assertThat(publisher.finish()).isEqualTo(2500);
    }
    List<PubsubMessage> published = pubsub.take(subscription);
    assertThat(published)
        .extracting(message -> message.getAttributesOrThrow("n"))
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, 2500).mapToObj(String::valueOf).toList());
    assertThat(published)
        .allSatisfy(
            message -> assertThat(message.getData().toStringUtf8()).isEqualTo("{\"a\":\"ü\"}"));
  }

  @Test
  void saysThatATopicIsGone() throws Exception {
    try (TopicPublisher publisher = TopicPublisher.open("projects/test/topics/gone", options)) {
      publisher.publish(new byte[] {'x'}, 0, 1, Map.of());
      assertThatThrownBy(publisher::finish)
          .isInstanceOf(PubSubException.class)
          .hasMessageStartingWith("projects/test/topics/gone: it doesn't exist; create it");
    }
  }

  @Test
  void findsThatWhatIsThereWillDo() {
    PubSubChecks checks = new PubSubChecks(options);
    assertThatCode(() -> checks.subscription("source.subscription", subscription))
        .doesNotThrowAnyException();
    assertThatCode(() -> checks.topic("sink.topic", topic)).doesNotThrowAnyException();
  }

  @Test
  void namesKeyAndNameOfWhatIsNotThere() {
    PubSubChecks checks = new PubSubChecks(options);
    assertThatThrownBy(
            () -> checks.subscription("source.subscription", "projects/test/subscriptions/gone"))
        .isInstanceOf(PubSubException.class)
        .hasMessageStartingWith(
            "source.subscription projects/test/subscriptions/gone: it doesn't exist; create it"
                + " (gcloud pubsub subscriptions create projects/test/subscriptions/gone");
    assertThatThrownBy(() -> checks.topic("failures.topic", "projects/test/topics/gone"))
        .isInstanceOf(PubSubException.class)
        .hasMessageStartingWith(
            "failures.topic projects/test/topics/gone: it doesn't exist; create it (gcloud pubsub"
                + " topics create projects/test/topics/gone)");
  }
}
