package io.beambatch.source;

import static io.beambatch.source.ReadDocuments.DOCUMENTS;
import static io.beambatch.source.ReadDocuments.INVALID;

import io.beambatch.document.Document;
import io.beambatch.document.FailedDocument;
import io.beambatch.job.FileSource;
import io.beambatch.ledger.RunMetrics;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTagList;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of files into documents and invalid ones; the input is the files' paths.
 *
 * <p>Files are cut into splits of a few megabytes that are read in parallel; on the direct runner
 * one at a time, because it keeps everything in memory that is read too early. For that, compressed
 * files ({@code .gz}, {@code .gzip}, {@code .bz2}, {@code .zst}, {@code .zstd}) are decompressed
 * into the staging folder; the splits stay there. Blank lines are ignored.
 *
 * <p>Files with a schema, Avro and Parquet, are cut between their blocks or row groups, on the
 * direct runner also within large row groups; every record is a document, in JSON ({@link
 * io.beambatch.schema.AvroJson}).
 */
public final class ReadRecords extends PTransform<PCollection<String>, PCollectionTuple> {
  /** Given by name, because the class is not in the jar for Dataflow. */
  private static final String DIRECT = "DirectRunner";

  /** The direct runner makes a bundle for each, however few files are in it. */
  private static final int BUCKETS = 16;

  private final FileSource source;
  private final String stagingFolder;
  private final ReadSettings settings;
  private final RecordParser.@Nullable Factory parsers;
  private final @Nullable RunFolder run;

  /**
   * @param parsers replace those of the files' format; null to keep them
   * @param run whose schema all files must fit; null for no check
   */
  private ReadRecords(
      FileSource source,
      String stagingFolder,
      ReadSettings settings,
      RecordParser.@Nullable Factory parsers,
      @Nullable RunFolder run) {
    this.source = source;
    this.stagingFolder = stagingFolder;
    this.settings = settings;
    this.parsers = parsers;
    this.run = run;
  }

  /** Reads files of a run; the schema of files that have one is kept with it. */
  static ReadRecords ofRun(FileSource source, RunFolder run) {
    return new ReadRecords(source, run.input(), ReadSettings.DEFAULT, null, run);
  }

  /** Reads files outside of a run. */
  static ReadRecords of(FileSource source, String stagingFolder, ReadSettings settings) {
    return new ReadRecords(source, stagingFolder, settings, null, null);
  }

  /**
   * Reads files of lines in a format of their own.
   *
   * @param files names the field that identifies a document
   * @param parsers parse their lines
   */
  public static ReadRecords ofLines(FileSource files, RunFolder run, RecordParser.Factory parsers) {
    return new ReadRecords(files, run.input(), ReadSettings.DEFAULT, parsers, run);
  }

  @Override
  public PCollectionTuple expand(PCollection<String> files) {
    boolean paced = isPaced(files);
    ReadSettings cutting = paced ? settings.cuttingBlocks() : settings;
    PCollection<FileSplit> splits =
        files
            .apply("Spread files", spreading(paced))
            .apply("Split files", ParDo.of(new SplitFn(source, cutting, stagingFolder, run)))
            .setCoder(SplitCoder.of());
    return (paced ? pace(splits) : splits.apply("Spread splits", Reshuffle.viaRandomKey()))
        .apply(
            "Read splits",
            ParDo.of(new ReadFn(source, settings, parsers))
                .withOutputTags(DOCUMENTS, TupleTagList.of(INVALID)));
  }

  private static boolean isPaced(PCollection<String> files) {
    return files.isBounded() == IsBounded.BOUNDED
        && files.getPipeline().getOptions().getRunner().getSimpleName().equals(DIRECT);
  }

  private static Reshuffle.ViaRandomKey<String> spreading(boolean paced) {
    Reshuffle.ViaRandomKey<String> widely = Reshuffle.viaRandomKey();
    return paced ? widely.withNumBuckets(BUCKETS) : widely;
  }

  private PCollection<FileSplit> pace(PCollection<FileSplit> splits) {
    return splits
        .apply("Gather splits", WithKeys.of("all"))
        .apply("List splits", GroupByKey.create())
        .apply("Pace splits", ParDo.of(new PaceSplitsFn(settings.split())))
        .setCoder(SplitCoder.of());
  }

  private static final class SplitFn extends DoFn<String, FileSplit> {
    private static final long serialVersionUID = 1L;

    private final FileSource source;
    private final ReadSettings settings;
    private final String stagingFolder;
    private final @Nullable RunFolder run;
    private transient @Nullable SourceSchemas schemas;

    SplitFn(
        FileSource source, ReadSettings settings, String stagingFolder, @Nullable RunFolder run) {
      this.source = source;
      this.settings = settings;
      this.stagingFolder = stagingFolder;
      this.run = run;
    }

    @Setup
    public void open() {
      schemas = run == null ? null : new SourceSchemas(run);
    }

    @ProcessElement
    public void cut(@Element String file, OutputReceiver<FileSplit> splits) throws IOException {
      RunMetrics.readFrom(file);
      new FileSplitter(source, settings, stagingFolder, schemas).cut(file, splits::output);
    }
  }

  private static final class ReadFn extends DoFn<FileSplit, Document> {
    private static final long serialVersionUID = 1L;

    private final FileSource source;
    private final ReadSettings settings;
    private final RecordParser.@Nullable Factory parsers;

    ReadFn(FileSource source, ReadSettings settings, RecordParser.@Nullable Factory parsers) {
      this.source = source;
      this.settings = settings;
      this.parsers = parsers;
    }

    @ProcessElement
    public void read(@Element FileSplit split, MultiOutputReceiver output) throws IOException {
      OutputReceiver<Document> documents = output.get(DOCUMENTS);
      OutputReceiver<FailedDocument> invalid = output.get(INVALID);
      new SplitReader(source, settings, parsers)
          .read(
              split,
              new SplitReader.Receiver() {
                @Override
                public void document(Document document) {
                  documents.output(document);
                }

                @Override
                public void invalid(FailedDocument failed) {
                  invalid.output(failed);
                }
              });
    }
  }
}
