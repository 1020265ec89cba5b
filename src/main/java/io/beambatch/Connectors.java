package io.beambatch;

import io.beambatch.bigquery.TableDestinationWriter;
import io.beambatch.bigquery.TableSourceReader;
import io.beambatch.job.FileDestination;
import io.beambatch.job.FileSource;
import io.beambatch.job.Job;
import io.beambatch.job.Source;
import io.beambatch.job.StandardInputSource;
import io.beambatch.job.StandardOutputDestination;
import io.beambatch.job.SubscriptionSource;
import io.beambatch.job.TableDestination;
import io.beambatch.job.TableSource;
import io.beambatch.job.TopicDestination;
import io.beambatch.pubsub.SubscriptionSourceReader;
import io.beambatch.pubsub.TopicDestinationWriter;
import io.beambatch.result.ResultFile.Kind;
import io.beambatch.sink.DestinationWriter;
import io.beambatch.sink.FileDestinationWriter;
import io.beambatch.sink.Output;
import io.beambatch.sink.StandardOutputWriter;
import io.beambatch.source.FileSourceReader;
import io.beambatch.source.SourceReader;
import io.beambatch.source.StandardInputReader;
import io.beambatch.storage.RunFolder;
import java.util.EnumMap;
import java.util.Map;

/**
 * Chooses the reader of a run's source and the writers of its outputs. It is the only class that
 * knows all kinds.
 */
final class Connectors {
  private Connectors() {}

  /** The reader of a source. */
  static SourceReader reader(Source source) {
    if (source instanceof FileSource files) {
      return new FileSourceReader(files);
    }
    if (source instanceof StandardInputSource input) {
      return new StandardInputReader(input);
    }
    if (source instanceof TableSource table) {
      return new TableSourceReader(table);
    }
    if (source instanceof SubscriptionSource subscription) {
      return new SubscriptionSourceReader(subscription);
    }
    throw new IllegalArgumentException("no reader of " + source.getClass());
  }

  /** The writer of an output. */
  static DestinationWriter writer(Output output) {
    if (output.destination() instanceof FileDestination files) {
      return new FileDestinationWriter(output, files);
    }
    if (output.destination() instanceof StandardOutputDestination) {
      return new StandardOutputWriter(output);
    }
    if (output.destination() instanceof TableDestination table) {
      return new TableDestinationWriter(output, table);
    }
    if (output.destination() instanceof TopicDestination topic) {
      return new TopicDestinationWriter(output, topic);
    }
    throw new IllegalArgumentException("no writer of " + output.destination().getClass());
  }

  /** The writers of both outputs of a run. */
  static Map<Kind, DestinationWriter> writers(Job job, RunFolder run) {
    Map<Kind, DestinationWriter> writers = new EnumMap<>(Kind.class);
    for (Output output : Output.of(job, run)) {
      writers.put(output.kind(), writer(output));
    }
    return writers;
  }
}
