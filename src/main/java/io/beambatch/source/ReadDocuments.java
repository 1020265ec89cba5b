package io.beambatch.source;

import io.beambatch.document.Document;
import io.beambatch.document.FailedDocument;
import io.beambatch.job.SourceSpec;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.apache.beam.runners.direct.DirectRunner;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.joda.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Reads a source's files, its table, or its messages into documents.
 *
 * <p>Every record becomes exactly one element: in {@link #DOCUMENTS}, or in {@link #INVALID} with
 * file, line and cause. Blank lines are no records. A pattern that matches no file is an error
 * before anything is read, unless the source is watched; a file that fits several patterns is read
 * once.
 *
 * <p>Files are cut into slices of a few megabytes that are read in parallel; on the direct runner
 * one by one, because it keeps in memory whatever is read before its turn. Compressed files ({@code
 * .gz}, {@code .gzip}, {@code .bz2}, {@code .zst}, {@code .zstd}) are decompressed into the staging
 * folder for that; the slices stay there.
 *
 * <p>Files that bring their schema, Avro and Parquet, are cut between their blocks or row groups,
 * on the direct runner also within large row groups; every record is a document, in JSON ({@link
 * io.beambatch.schema.AvroJson}).
 *
 * <p>Of a watched source, each new file's documents lie in the fixed window of the time at which it
 * was found, and so does its path in {@link #FILES}. Files have to appear complete, by being moved
 * into place: they are read once.
 *
 * <p>Messages of a subscription are taken into files of the run first ({@link Inbox}), and then
 * read as files of a watched source are, which go by their names in the inbox.
 *
 * <pre>{@code
 * PCollectionTuple read = pipeline.apply("Read documents", ReadDocuments.from(source, staging));
 * PCollection<Document> documents = read.get(ReadDocuments.DOCUMENTS);
 * }</pre>
 */
public final class ReadDocuments extends PTransform<PBegin, PCollectionTuple> {
  public static final TupleTag<Document> DOCUMENTS = new TupleTag<>("documents") {};
  public static final TupleTag<FailedDocument> INVALID = new TupleTag<>("invalid") {};

  /** Paths of the files that are read, or names of files of messages. */
  public static final TupleTag<String> FILES = new TupleTag<>("files") {};

  /** The same of files that are not read because they are planned; from watched sources only. */
  public static final TupleTag<String> PLANNED = new TupleTag<>("planned") {};

  private final SourceSpec source;
  private final String stagingFolder;
  private final ReadSettings settings;
  private final PlannedFiles planned;
  private final @Nullable RunFolder run;
  private final boolean ends;

  private ReadDocuments(
      SourceSpec source,
      String stagingFolder,
      ReadSettings settings,
      PlannedFiles planned,
      @Nullable RunFolder run,
      boolean ends) {
    this.run = run;
    this.ends = ends;
    this.source = source;
    this.stagingFolder = stagingFolder;
    this.settings = settings;
    this.planned = planned;
  }

  /**
   * Reads a source.
   *
   * @param stagingFolder for slices of compressed files; local or {@code gs://}
   * @throws IllegalArgumentException if the delimiter can't separate CSV fields
   */
  public static ReadDocuments from(SourceSpec source, String stagingFolder) {
    SliceReader.scanner(source);
    return new ReadDocuments(
        source, stagingFolder, ReadSettings.DEFAULT, PlannedFiles.NONE, null, false);
  }

  ReadDocuments withSettings(ReadSettings changed) {
    return new ReadDocuments(source, stagingFolder, changed, planned, run, ends);
  }

  /** Does not read those files of a watched source that are planned. */
  public ReadDocuments withoutPlanned(PlannedFiles files) {
    return new ReadDocuments(source, stagingFolder, settings, files, run, ends);
  }

  /**
   * Keeps with a run what its source brings: the schema of files that have one, by which all files
   * are checked, and the messages of a subscription.
   */
  public ReadDocuments ofRun(RunFolder folder) {
    return new ReadDocuments(source, stagingFolder, settings, planned, folder, ends);
  }

  /** Of a subscription, reads only messages that the run has taken, and are in no plan. */
  public ReadDocuments takingNoMore() {
    return new ReadDocuments(source, stagingFolder, settings, planned, run, true);
  }

  @Override
  public PCollectionTuple expand(PBegin begin) {
    if (source.table() != null) {
      return begin.apply("Read a table", new ReadRows(source));
    }
    if (source.watch() == null) {
      PCollection<String> files = match(begin);
      return read(files).and(FILES, files);
    }
    if (source.messages() != null) {
      return messages(begin, Objects.requireNonNull(run, "messages need the folder of a run"));
    }
    List<String> patterns = patterns();
    PCollectionTuple found = watch(begin, options -> FilePatterns.matchAny(patterns));
    PCollection<String> files = windowed(found);
    return read(files).and(FILES, files).and(PLANNED, found.get(PLANNED));
  }

  private PCollectionTuple messages(PBegin begin, RunFolder folder) {
    if (ends) {
      PCollection<String> left = begin.apply("Messages taken", new LeftMessages(folder, planned));
      return read(left.apply("Locate", located(folder))).and(FILES, left);
    }
    PCollectionTuple found =
        watch(begin, new FetchMessages(source.messages().subscription(), folder, source.watch()));
    PCollection<String> files = windowed(found);
    return read(files.apply("Locate", located(folder)))
        .and(FILES, files)
        .and(PLANNED, found.get(PLANNED));
  }

  /** Names in the inbox stay as they are, wherever the run's folder is mounted. */
  private static MapElements<String, String> located(RunFolder folder) {
    return MapElements.into(TypeDescriptors.strings()).via(folder::inbox);
  }

  private PCollection<String> windowed(PCollectionTuple found) {
    return found
        .get(FILES)
        .apply(
            "Window by time found",
            Window.into(FixedWindows.of(Duration.millis(source.window().toMillis()))));
  }

  private PCollectionTuple read(PCollection<String> files) {
    boolean direct = onDirectRunner(files);
    ReadSettings cutting = direct ? settings.cuttingBlocks() : settings;
    PCollection<Slice> slices =
        files
            .apply("Spread files", Reshuffle.viaRandomKey())
            .apply("Cut into slices", ParDo.of(new CutFn(source, cutting, stagingFolder, run)))
            .setCoder(SliceCoder.of());
    return (direct ? pace(slices) : slices)
        .apply("Spread slices", Reshuffle.viaRandomKey())
        .apply(
            "Read slices",
            ParDo.of(new ReadFn(source, settings))
                .withOutputTags(DOCUMENTS, TupleTagList.of(INVALID)));
  }

  private PCollection<String> match(PBegin begin) {
    return begin
        .apply(
            "List patterns",
            Create.of(List.of(patterns())).withCoder(ListCoder.of(StringUtf8Coder.of())))
        .apply("Match files", ParDo.of(new MatchFn()));
  }

  /**
   * A source of looks, and not Beam's {@code Watch}: that begins with one element, and Flink, once
   * that has come, either holds back the time for good or leaves out the waits between two looks.
   */
  private PCollectionTuple watch(PBegin begin, FileFinder finder) {
    return begin
        .apply(
            "Look again and again",
            GenerateSequence.from(0).withRate(1, Duration.millis(source.watch().toMillis())))
        .apply("Look at all patterns", WithKeys.of("all"))
        .setCoder(KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of()))
        .apply(
            "Find new files",
            ParDo.of(new NewFilesFn(finder, planned))
                .withOutputTags(FILES, TupleTagList.of(PLANNED)));
  }

  /** Relative ones start where the pipeline is built, not where a worker happens to be. */
  private List<String> patterns() {
    return source.paths().stream().map(Storage::absolute).toList();
  }

  private boolean onDirectRunner(PCollection<String> files) {
    return source.watch() == null
        && files.getPipeline().getOptions().getRunner() == DirectRunner.class;
  }

  private static PCollection<Slice> pace(PCollection<Slice> slices) {
    return slices
        .apply("Gather slices", WithKeys.of("all"))
        .apply("List slices", GroupByKey.create())
        .apply("Pace slices", ParDo.of(new PaceFn()))
        .setCoder(SliceCoder.of());
  }

  private static final class CutFn extends DoFn<String, Slice> {
    private final SourceSpec source;
    private final ReadSettings settings;
    private final String stagingFolder;
    private final @Nullable RunFolder schemaFolder;
    private transient @Nullable SourceSchemas schemas;

    CutFn(
        SourceSpec source,
        ReadSettings settings,
        String stagingFolder,
        @Nullable RunFolder schemaFolder) {
      this.schemaFolder = schemaFolder;
      this.source = source;
      this.settings = settings;
      this.stagingFolder = stagingFolder;
    }

    @Setup
    public void open() {
      schemas = schemaFolder == null ? null : new SourceSchemas(schemaFolder);
    }

    @ProcessElement
    public void cut(@Element String file, OutputReceiver<Slice> slices) throws IOException {
      new SliceCutter(source, settings, stagingFolder, schemas).cut(file, slices::output);
    }
  }

  private static final class ReadFn extends DoFn<Slice, Document> {
    private final SourceSpec source;
    private final ReadSettings settings;

    ReadFn(SourceSpec source, ReadSettings settings) {
      this.source = source;
      this.settings = settings;
    }

    @ProcessElement
    public void read(@Element Slice slice, MultiOutputReceiver output) throws IOException {
      OutputReceiver<Document> documents = output.get(DOCUMENTS);
      OutputReceiver<FailedDocument> invalid = output.get(INVALID);
      new SliceReader(source, settings)
          .read(
              slice,
              new SliceReader.Receiver() {
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
