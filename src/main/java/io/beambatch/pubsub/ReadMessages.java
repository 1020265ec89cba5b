package io.beambatch.pubsub;

import io.beambatch.job.FileSource;
import io.beambatch.job.FileSource.Format;
import io.beambatch.job.SubscriptionSource;
import io.beambatch.source.PlannedFiles;
import io.beambatch.source.ReadDocuments;
import io.beambatch.source.ReadRecords;
import io.beambatch.source.WatchFiles;
import io.beambatch.storage.RunFolder;
import java.util.List;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TypeDescriptors;

/**
 * Reads a subscription. Messages are first stored in files of the run ({@link Inbox}), and those
 * are then read like files of a watched source. {@link #ORIGINS} are names in the inbox: they stay
 * the same wherever the run's folder is mounted.
 */
final class ReadMessages extends ReadDocuments {
  private final SubscriptionSource source;
  private final RunFolder run;
  private final PlannedFiles planned;

  ReadMessages(SubscriptionSource source, RunFolder run, PlannedFiles planned) {
    this.source = source;
    this.run = run;
    this.planned = planned;
  }

  @Override
  public PCollectionTuple expand(PBegin begin) {
    PCollectionTuple found =
        begin.apply(
            "Fetch messages",
            new WatchFiles(
                new FetchMessages(source.subscription(), run, source.fetchInterval()),
                planned,
                source.fetchInterval(),
                source.window()));
    return read(source, run, found);
  }

  /** Reads files of the inbox. */
  static PCollectionTuple read(SubscriptionSource source, RunFolder run, PCollectionTuple found) {
    FileSource lines = FileSource.of(Format.JSONL, List.of());
    return found
        .get(ORIGINS)
        .apply("Locate", MapElements.into(TypeDescriptors.strings()).via(run::inbox))
        .apply("Read records", ReadRecords.ofLines(lines, run, () -> new MessageRecords(source)))
        .and(ORIGINS, found.get(ORIGINS))
        .and(PLANNED, found.get(PLANNED));
  }
}
