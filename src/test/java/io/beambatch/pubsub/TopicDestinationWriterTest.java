package io.beambatch.pubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.google.pubsub.v1.PubsubMessage;
import io.beambatch.batch.RunIdentity;
import io.beambatch.emulator.PubSubEmulator;
import io.beambatch.job.Job;
import io.beambatch.job.JobReader;
import io.beambatch.job.TopicDestination;
import io.beambatch.result.ResultFile;
import io.beambatch.result.ResultFile.Kind;
import io.beambatch.sink.DestinationWriter;
import io.beambatch.sink.Output;
import io.beambatch.sink.WrittenFile;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each line of a file is a message, under an id that stays the same. */
class TopicDestinationWriterTest {
  private static final RunIdentity RUN = new RunIdentity("sentiment", "r1", "u1d", 0);

  @TempDir Path folder;

  private PubSubEmulator pubsub;
  private String topic;
  private String subscription;
  private DestinationWriter writer;

  @BeforeEach
  void create() throws Exception {
    pubsub = PubSubEmulator.start();
    topic = pubsub.topic();
    subscription = pubsub.subscription(topic);
    Job job =
        JobReader.read(
            "pipelines/sentiment.yaml", List.of("sink={type: pubsub, topic: " + topic + "}"));
    writer =
        new TopicDestinationWriter(Output.ofAnswers(job, run()), (TopicDestination) job.answers());
  }

  @Test
  void publishesEachLineUnderTheSameIdAtEachTime() throws Exception {
    ResultFile file = file("{\"a\":\"ü\"}\n{\"a\": 2}\n", 2);
    writer.write(file, RUN, pubsub.options());
    WrittenFile written = writer.write(file, RUN, pubsub.options()).orElseThrow();

    assertThat(written).isEqualTo(new WrittenFile(Kind.ANSWERED, "a1-c00000", topic, 2));
    assertThat(pubsub.take(subscription))
        .extracting(
            message -> message.getAttributesOrThrow("beambatch_id"),
            message -> message.getData().toStringUtf8())
        .containsExactlyInAnyOrder(
            tuple("u1d-a1-c00000-answered-1", "{\"a\":\"ü\"}"),
            tuple("u1d-a1-c00000-answered-2", "{\"a\": 2}"),
            tuple("u1d-a1-c00000-answered-1", "{\"a\":\"ü\"}"),
            tuple("u1d-a1-c00000-answered-2", "{\"a\": 2}"));
  }

  @Test
  void saysWhereADocumentIsThatNoMessageHolds() throws Exception {
    String large = "{\"a\":\"" + "x".repeat(10_000_000) + "\"}";
    ResultFile file = file("{\"a\":1}\n" + large + "\n", 2);
    assertThat(writer.write(file, RUN, pubsub.options()).orElseThrow().refersBack()).isTrue();

    assertThat(pubsub.take(subscription))
        .extracting(PubsubMessage::getData)
        .extracting(data -> data.toStringUtf8())
        .containsExactlyInAnyOrder(
            "{\"a\":1}",
            "{\"_source\":{\"file\":\"" + file.in(run()) + "\",\"line\":2,\"bytes\":10000008}}");
  }

  @Test
  void publishesNothingOfADamagedFile() throws Exception {
    ResultFile file = file("{\"a\":1}\n", 2);
    assertThatThrownBy(() -> writer.write(file, RUN, pubsub.options()))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("Can't publish " + file.in(run()) + " to " + topic)
        .hasMessageContaining("it should have 2 documents, but has 1");
    assertThat(pubsub.take(subscription)).isEmpty();
  }

  private ResultFile file(String lines, long documents) throws IOException {
    String name = "a1-c00000.answered.jsonl";
    Files.createDirectories(Path.of(run().path(), "results"));
    Files.writeString(Path.of(run().path(), "results", name), lines);
    return new ResultFile(Kind.ANSWERED, "a1-c00000", name, documents);
  }

  private RunFolder run() {
    return new RunFolder(folder + "/staging/sentiment/r1");
  }
}
