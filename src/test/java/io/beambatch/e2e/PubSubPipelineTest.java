package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.pubsub.v1.PubsubMessage;
import io.beambatch.e2e.RunFixture.Launched;
import io.beambatch.emulator.PubSubEmulator;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages of a subscription are sent window by window, and come out as messages of topics. */
@Tag("slow")
class PubSubPipelineTest {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  @TempDir Path folder;

  private PubSubEmulator pubsub;
  private String source;
  private String subscription;
  private String answered;
  private String answeredTopic;
  private String failed;
  private String failedTopic;

  @BeforeEach
  void create() throws Exception {
    pubsub = PubSubEmulator.start();
    source = pubsub.topic();
    subscription = pubsub.subscription(source);
    answeredTopic = pubsub.topic();
    answered = pubsub.subscription(answeredTopic);
    failedTopic = pubsub.topic();
    failed = pubsub.subscription(failedTopic);
  }

  @AfterEach
  void forgetFaults() {
    Faults.clear();
  }

  @Test
  void answersMessagesAsTheyCome() throws Exception {
    try (RunFixture run = streaming()) {
      publish(0, 100);
      answersMoreAsItComes(run, "flink", 100);
      assertEveryDocumentOnce(0, 200);
      run.assertEveryChunkPaidOnce();
    }
  }

  @Test
  void losesNothingThatWasTakenButNotPlannedWhenALaunchDied() throws Exception {
    try (RunFixture run = streaming()) {
      publish(0, 100);
      Pipeline pipeline = run.pipeline(run.providers(), options("direct"));
      Faults.arm("before Shard into chunks/Plan/Pack and commit", 0);
      Faults.intoSteps(pipeline, List.of("Shard into chunks/Plan/Pack and commit"));
      PipelineResult launch = pipeline.run();
      assertThatThrownBy(launch::waitUntilFinish).hasMessageContaining("injected fault");
      assertThat(run.plans()).isEmpty();

      publish(100, 200);
      answersMoreAsItComes(run, "direct", 200);
      assertEveryDocumentOnce(0, 300);
      run.assertEveryChunkPaidOnce();
    }
  }

  /** Launches, and publishes a hundred more once all that were published before are answered. */
  private void answersMoreAsItComes(RunFixture run, String runner, int published) throws Exception {
    PipelineResult launch = launch(run, runner);
    try {
      await(() -> run.isAccountedFor(published), launch, run);
      int plans = run.plans().size();
      publish(published, published + 100);
      await(() -> run.isAccountedFor(published + 100), launch, run);
      assertThat(run.plans()).hasSizeGreaterThan(plans);
    } finally {
      launch.cancel();
    }
  }

  @Test
  void cancelsWhatWasTakenButNotPlanned() throws Exception {
    try (RunFixture run = streaming()) {
      publish(0, 100);
      Pipeline pipeline = run.pipeline(run.providers(), options("direct"));
      Faults.arm("before Shard into chunks/Plan/Pack and commit", 0);
      Faults.intoSteps(pipeline, List.of("Shard into chunks/Plan/Pack and commit"));
      assertThatThrownBy(() -> pipeline.run().waitUntilFinish())
          .hasMessageContaining("injected fault");

      run.pipeline(Launched.CANCEL, run.providers(), pubsub.beamOptions()).run().waitUntilFinish();

      assertThat(run.reconciled().failed()).containsOnlyKeys("cancelled", "invalid_document");
      assertThat(pubsub.take(answered)).isEmpty();
      assertThat(documents(pubsub.take(failed))).hasSize(100);
      assertThat(run.batches()).isEmpty();
    }
  }

  @Test
  void publishesAgainUnderTheSameIdsWhatWasNotNoted() throws Exception {
    try (RunFixture run = RunFixture.start(folder, sinks())) {
      run.addDocuments("a.jsonl", 0, 200);
      Pipeline pipeline = run.pipeline(run.providers(), options("direct"));
      Faults.arm("before Mark written/Mark", 0);
      Faults.intoSteps(pipeline, List.of("Mark written/Mark"));
      assertThatThrownBy(() -> pipeline.run().waitUntilFinish())
          .hasMessageContaining("injected fault");
      run.pipeline(run.providers(), options("direct")).run().waitUntilFinish();

      assertThat(run.reconciled().documents()).isEqualTo(200);
      List<PubsubMessage> messages =
          Stream.concat(pubsub.take(answered).stream(), pubsub.take(failed).stream()).toList();
      assertThat(messages).hasSizeGreaterThan(200);
      Map<String, Set<String>> byId =
          messages.stream()
              .collect(
                  Collectors.groupingBy(
                      message -> message.getAttributesOrThrow("beambatch_id"),
                      Collectors.mapping(
                          message -> message.getData().toStringUtf8(), Collectors.toSet())));
      assertThat(byId).hasSize(200);
      assertThat(byId.values()).allSatisfy(same -> assertThat(same).hasSize(1));
    }
  }

  private String[] sinks() {
    return new String[] {
      "sink={type: pubsub, topic: " + answeredTopic + "}", "failures={topic: " + failedTopic + "}"
    };
  }

  private RunFixture streaming() throws Exception {
    return RunFixture.start(
        folder,
        Stream.concat(
                Stream.of(
                    "source={type: pubsub, subscription: "
                        + subscription
                        + ", id: id, attributes: meta, window: 1s}",
                    "limits.requests=50"),
                Stream.of(sinks()))
            .toArray(String[]::new));
  }

  private String[] options(String runner) {
    List<String> options = new ArrayList<>(List.of(pubsub.beamOptions()));
    if (runner.equals("flink")) {
      options.addAll(PipelineOnFlinkTest.CHECKPOINTS);
      options.add("--attachedMode=false");
      return PipelineOnFlinkTest.flink(
          PipelineOnFlinkTest.STREAMING, options.toArray(String[]::new));
    }
    options.add("--blockOnRun=false");
    return options.toArray(String[]::new);
  }

  private PipelineResult launch(RunFixture run, String runner) throws Exception {
    return run.pipeline(run.providers(), options(runner)).run();
  }

  private void publish(int from, int to) {
    IntStream.range(from, to)
        .forEach(
            number ->
                pubsub.publish(
                    source, RunFixture.line(number), Map.of("number", String.valueOf(number))));
  }

  private void assertEveryDocumentOnce(int from, int to) throws Exception {
    List<PubsubMessage> messages = pubsub.take(answered);
    assertThat(messages)
        .extracting(message -> message.getAttributesOrThrow("beambatch_id"))
        .doesNotHaveDuplicates();
    assertThat(documents(messages))
        .extracting(document -> document.path("id").asInt())
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(from, to).filter(RunFixture::isAnswerable).boxed().toList());
    assertThat(documents(messages))
        .allSatisfy(
            document -> {
              assertThat(document.at("/meta/number").asText())
                  .isEqualTo(document.path("id").asText());
              assertThat(document.path("sentiment").isTextual()).isTrue();
            });
    List<JsonNode> failures = documents(pubsub.take(failed));
    assertThat(failures)
        .hasSize((int) IntStream.range(from, to).filter(n -> !RunFixture.isAnswerable(n)).count())
        .allSatisfy(
            document ->
                assertThat(document.at("/_failure/reason").asText()).isEqualTo("invalid_document"));
    assertThat(failures)
        .anySatisfy(
            document ->
                assertThat(document.at("/_failure/message").asText())
                    .matches("message \\S+ of " + subscription + ": malformed JSON.*"));
  }

  private static List<JsonNode> documents(List<PubsubMessage> messages) throws Exception {
    List<JsonNode> documents = new ArrayList<>();
    for (PubsubMessage message : messages) {
      documents.add(MAPPER.readTree(message.getData().toByteArray()));
    }
    return documents;
  }

  private static void await(Condition condition, PipelineResult launch, RunFixture run) {
    Awaitility.await()
        .atMost(PATIENCE)
        .failFast("the pipeline has ended", () -> launch.getState().isTerminal())
        .untilAsserted(
            () -> assertThat(condition.holds()).as("%d plans", run.plans().size()).isTrue());
  }

  @FunctionalInterface
  private interface Condition {
    boolean holds() throws Exception;
  }
}
