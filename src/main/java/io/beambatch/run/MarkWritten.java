package io.beambatch.run;

import io.beambatch.ledger.Records;
import io.beambatch.result.ResultFile;
import io.beambatch.sink.WriteResults;
import io.beambatch.sink.WrittenFile;
import io.beambatch.storage.JsonCoder;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.Locale;
import java.util.Objects;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/**
 * Records in the run's folder which files were delivered to sink and dead letter, and how many
 * documents each has. It follows the step that writes them; {@link Reconcile} adds up these
 * records.
 */
public final class MarkWritten
    extends PTransform<PCollection<WrittenFile>, PCollection<WrittenFile>> {
  private final RunFolder folder;

  /** Records deliveries in a run's folder. */
  public MarkWritten(RunFolder folder) {
    this.folder = folder;
  }

  @Override
  public PCollection<WrittenFile> expand(PCollection<WrittenFile> written) {
    return written
        .apply("Mark", ParDo.of(new MarkFn(folder)))
        .setCoder(JsonCoder.of(WrittenFile.class));
  }

  /**
   * Passes on only files that were not delivered yet: a delivered file may have been consumed from
   * the sink already, and must not be written again.
   */
  public static PTransform<PCollection<ResultFile>, PCollection<ResultFile>> skipWritten(
      RunFolder folder) {
    return new PTransform<>() {
      @Override
      public PCollection<ResultFile> expand(PCollection<ResultFile> files) {
        return files.apply("Skip", ParDo.of(new SkipFn(folder))).setCoder(files.getCoder());
      }
    };
  }

  /** Tells which files of a run are delivered. */
  public static WriteResults.Delivered delivered(RunFolder folder) {
    return file -> records(folder).read(name(file.kind(), file.shard())).isPresent();
  }

  /** The delivery records of a run, by {@link #name}. */
  static Records<WrittenFile> records(RunFolder folder) {
    return Records.once(folder, "results", ".written.json", WrittenFile.class);
  }

  /** The name of a file's delivery record. */
  static String name(ResultFile.Kind kind, String shard) {
    return shard + "." + kind.name().toLowerCase(Locale.ROOT);
  }

  /** Opens the records on its worker. */
  private abstract static class RecordsFn<T> extends DoFn<T, T> {
    private static final long serialVersionUID = 1L;

    private final RunFolder folder;
    private transient @Nullable Records<WrittenFile> records;

    RecordsFn(RunFolder folder) {
      this.folder = folder;
    }

    @Setup
    public void open() {
      records = MarkWritten.records(folder);
    }

    Records<WrittenFile> records() {
      return Objects.requireNonNull(records);
    }
  }

  private static final class SkipFn extends RecordsFn<ResultFile> {
    private static final long serialVersionUID = 1L;

    SkipFn(RunFolder folder) {
      super(folder);
    }

    @ProcessElement
    public void process(@Element ResultFile file, OutputReceiver<ResultFile> out)
        throws IOException {
      if (records().read(name(file.kind(), file.shard())).isEmpty()) {
        out.output(file);
      }
    }
  }

  private static final class MarkFn extends RecordsFn<WrittenFile> {
    private static final long serialVersionUID = 1L;

    MarkFn(RunFolder folder) {
      super(folder);
    }

    @ProcessElement
    public void process(@Element WrittenFile file, OutputReceiver<WrittenFile> out)
        throws IOException {
      // A repetition finds the first record; both have the same content.
      records().commit(name(file.kind(), file.shard()), file);
      out.output(file);
    }
  }
}
