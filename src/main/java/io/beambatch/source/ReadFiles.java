package io.beambatch.source;

import io.beambatch.job.FileSource;
import io.beambatch.storage.Storage;
import java.util.List;
import java.util.Objects;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTagList;

/**
 * Reads the files of a source. A pattern that matches no file is an error before anything is read,
 * unless the source is watched; a file that matches several patterns is read once. {@link
 * ReadRecords} does the reading.
 *
 * <p>In a watched source, each new file's documents are in the fixed window of the time at which it
 * was found, and so is its path in {@link #ORIGINS}. Files must appear complete, by being moved
 * into place: they are read once.
 */
final class ReadFiles extends ReadDocuments {
  private final FileSource source;
  private final ReadRecords records;
  private final PlannedFiles planned;

  ReadFiles(FileSource source, ReadRecords records, PlannedFiles planned) {
    this.source = source;
    this.records = records;
    this.planned = planned;
  }

  @Override
  public PCollectionTuple expand(PBegin begin) {
    // Relative paths start where the pipeline is built, not where a worker happens to run.
    List<String> patterns = source.paths().stream().map(Storage::absolute).toList();
    return source.watch() == null ? readOnce(begin, patterns) : watch(begin, patterns);
  }

  private PCollectionTuple readOnce(PBegin begin, List<String> patterns) {
    PCollectionTuple found =
        begin
            .apply(
                "List patterns",
                Create.of(List.of(patterns)).withCoder(ListCoder.of(StringUtf8Coder.of())))
            .apply(
                "Match files",
                ParDo.of(new MatchFn(planned)).withOutputTags(ORIGINS, TupleTagList.of(PLANNED)));
    return read(found);
  }

  private PCollectionTuple watch(PBegin begin, List<String> patterns) {
    PCollectionTuple found =
        begin.apply(
            "Watch files",
            new WatchFiles(
                options -> FilePatterns.matchAny(patterns),
                planned,
                Objects.requireNonNull(source.watch()),
                source.window()));
    return read(found);
  }

  private PCollectionTuple read(PCollectionTuple found) {
    PCollection<String> files = found.get(ORIGINS);
    return files
        .apply("Read records", records)
        .and(ORIGINS, files)
        .and(PLANNED, found.get(PLANNED));
  }
}
