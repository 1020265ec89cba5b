package io.beambatch.pubsub;

import io.beambatch.batch.RunIdentity;
import io.beambatch.document.SourceRecord;
import io.beambatch.error.MiscountException;
import io.beambatch.job.TopicDestination;
import io.beambatch.result.ResultFile;
import io.beambatch.sink.DestinationWriter;
import io.beambatch.sink.DocumentWriter;
import io.beambatch.sink.Output;
import io.beambatch.sink.WrittenFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/**
 * Publishes result files to a topic, each line as a message. If a worker dies after publishing a
 * file and before recording it, the file's messages are published twice. So every message has an id
 * in its attribute {@code beambatch_id}, the same at every repetition, since a result file never
 * changes.
 */
public final class TopicDestinationWriter implements DestinationWriter {
  private static final long serialVersionUID = 1L;

  private final Output output;
  private final TopicDestination destination;

  /** Publishes an output to a topic. */
  public TopicDestinationWriter(Output output, TopicDestination destination) {
    this.output = output;
    this.destination = destination;
  }

  @Override
  public void check(@Nullable Schema documents, boolean begun, PipelineOptions options)
      throws IOException {
    new PubSubChecks(options).topic(output.section() + ".topic", destination.topic());
  }

  /** Publishes a file; after a failure, some of its messages may be published. */
  @Override
  public Optional<WrittenFile> write(ResultFile file, RunIdentity run, PipelineOptions options)
      throws IOException, InterruptedException {
    String topic = destination.topic();
    boolean refersBack;
    try {
      // Nothing of a damaged file is published: a message can't be withdrawn.
      DocumentWriter.copy(
          file, output.folder(), DocumentWriter.ofJsonLines(OutputStream.nullOutputStream()));
      try (TopicPublisher publisher = TopicPublisher.open(topic, options)) {
        Messages messages = new Messages(file, run, publisher);
        DocumentWriter.copy(file, output.folder(), messages);
        refersBack = messages.refersBack;
        long published = publisher.finish();
        if (published != file.documents()) {
          throw new MiscountException(
              "it has " + file.documents() + " documents, but " + published + " were published");
        }
      }
    } catch (IOException | PubSubException e) {
      throw new IOException(
          "Can't publish " + file.in(output.folder()) + " to " + topic + ": " + e.getMessage(), e);
    }
    return Optional.of(
        new WrittenFile(file.kind(), file.shard(), topic, file.documents(), refersBack));
  }

  /** Turns each document into a message. */
  private final class Messages implements DocumentWriter {
    private final ResultFile file;
    private final RunIdentity run;
    private final TopicPublisher publisher;
    private long line;
    private boolean refersBack;

    Messages(ResultFile file, RunIdentity run, TopicPublisher publisher) {
      this.file = file;
      this.run = run;
      this.publisher = publisher;
    }

    @Override
    public void add(byte[] buffer, int from, int to) throws IOException {
      line++;
      int bytes = to - from;
      if (bytes <= TopicPublisher.LARGEST) {
        publisher.publish(buffer, from, to, attributes());
        return;
      }
      // No message can hold the document, so this one says where it is.
      byte[] place =
          SourceRecord.pointer(file.in(output.folder()), line, bytes)
              .getBytes(StandardCharsets.UTF_8);
      refersBack = true;
      publisher.publish(place, 0, place.length, attributes());
    }

    @Override
    public void close() {}

    private Map<String, String> attributes() {
      return Map.of(
          "beambatch_id",
          String.join("-", run.uid(), file.shard(), output.name(), String.valueOf(line)),
          "beambatch_job",
          run.job(),
          "beambatch_run",
          run.run(),
          "beambatch_outcome",
          output.name());
    }
  }
}
