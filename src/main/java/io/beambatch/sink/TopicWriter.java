package io.beambatch.sink;

import io.beambatch.batch.RunIdentity;
import io.beambatch.document.SourceRecord;
import io.beambatch.job.Job;
import io.beambatch.json.RecordReader;
import io.beambatch.pubsub.TopicPublisher;
import io.beambatch.result.ResultFile;
import io.beambatch.result.ResultFile.Kind;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import org.apache.beam.sdk.options.PipelineOptions;

/**
 * Publishes result files to topics, each line as a message. Pub/Sub takes a message twice if it is
 * published twice, as happens when a worker dies before it is noted that a file was published. So
 * every message says which one it is, by the attribute {@code beambatch_id}: the same at every
 * repetition, since a result file never changes.
 */
final class TopicWriter implements Serializable {
  /** More than any document with its answer can have. */
  private static final int MAX_LINE = 512 << 20;

  private final Job job;
  private final RunIdentity run;

  TopicWriter(Job job, RunIdentity run) {
    this.job = job;
    this.run = run;
  }

  /**
   * Publishes a file.
   *
   * @throws IOException naming the file and the topic; some of its messages may be published
   */
  WrittenFile publish(ResultFile file, PipelineOptions options)
      throws IOException, InterruptedException {
    String topic = topic(file.kind());
    try {
      requireWhole(file);
      long published;
      try (InputStream lines = Storage.open(file.path());
          TopicPublisher publisher = TopicPublisher.open(topic, options)) {
        publish(lines, file, publisher);
        published = publisher.finish();
      }
      if (published != file.documents()) {
        throw new IOException(
            "it has " + file.documents() + " documents, but " + published + " were published");
      }
    } catch (IOException e) {
      throw new IOException(
          "Can't publish " + file.path() + " to " + topic + ": " + e.getMessage(), e);
    }
    return new WrittenFile(file.kind(), file.shard(), topic, file.documents());
  }

  private void publish(InputStream from, ResultFile file, TopicPublisher publisher)
      throws IOException {
    RecordReader line = RecordReader.ofLines(from, MAX_LINE);
    while (line.next()) {
      Map<String, String> attributes = attributes(file, line.line());
      if (line.bytes() <= TopicPublisher.LARGEST) {
        publisher.publish(line.buffer(), line.start(), line.end(), attributes);
      } else {
        byte[] place = place(file, line).getBytes(StandardCharsets.UTF_8);
        publisher.publish(place, 0, place.length, attributes);
      }
    }
  }

  private Map<String, String> attributes(ResultFile file, long line) {
    String outcome = file.kind().name().toLowerCase(Locale.ROOT);
    return Map.of(
        "beambatch_id", String.join("-", run.uid(), file.shard(), outcome, String.valueOf(line)),
        "beambatch_job", run.job(),
        "beambatch_run", run.run(),
        "beambatch_outcome", outcome);
  }

  /** Stands for a document that no message can hold: where it is. */
  private static String place(ResultFile file, RecordReader line) {
    return SourceRecord.pointer(file.path(), line.line(), line.bytes());
  }

  private static void requireWhole(ResultFile file) throws IOException {
    try (InputStream lines = Storage.open(file.path())) {
      long documents = JsonLinesCopy.copy(lines, OutputStream.nullOutputStream());
      if (documents != file.documents()) {
        throw new IOException(
            "it should have "
                + file.documents()
                + " documents, but has "
                + documents
                + "; the file in the staging location is damaged");
      }
    }
  }

  private String topic(Kind kind) {
    return kind == Kind.ANSWERED ? job.sink().topic() : job.failures().topic();
  }
}
