package io.beambatch.run;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.beambatch.result.ResultFile;
import io.beambatch.sink.WrittenFile;
import io.beambatch.storage.JsonCoder;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Optional;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;

/** Notes in the run's folder which files were written, and how many documents each has. */
public final class RecordWritten
    extends PTransform<PCollection<WrittenFile>, PCollection<WrittenFile>> {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private final RunFolder folder;

  /** Notes into a run's folder. */
  public RecordWritten(RunFolder folder) {
    this.folder = folder;
  }

  @Override
  public PCollection<WrittenFile> expand(PCollection<WrittenFile> written) {
    return written
        .apply("Note", ParDo.of(new NoteFn(folder)))
        .setCoder(JsonCoder.of(WrittenFile.class));
  }

  /**
   * Lets only those files pass that were not written yet: what stands in the sink may have been
   * taken on from there, and stays as it is.
   */
  public static PTransform<PCollection<ResultFile>, PCollection<ResultFile>> leavingOut(
      RunFolder folder) {
    return new PTransform<>() {
      @Override
      public PCollection<ResultFile> expand(PCollection<ResultFile> files) {
        return files
            .apply("Pass the others", ParDo.of(new UnwrittenFn(folder)))
            .setCoder(files.getCoder());
      }
    };
  }

  /** What was noted of a file, or empty if it was never written. */
  static Optional<WrittenFile> read(RunFolder folder, ResultFile.Kind kind, String shard)
      throws IOException {
    String path = path(folder, kind, shard);
    if (!Storage.exists(path)) {
      return Optional.empty();
    }
    try (InputStream stream = Storage.open(path)) {
      return Optional.of(MAPPER.readValue(stream, WrittenFile.class));
    }
  }

  private static String path(RunFolder folder, ResultFile.Kind kind, String shard) {
    return folder.result(shard, kind.name().toLowerCase(Locale.ROOT) + ".written.json");
  }

  private static final class UnwrittenFn extends DoFn<ResultFile, ResultFile> {
    private final RunFolder folder;

    UnwrittenFn(RunFolder folder) {
      this.folder = folder;
    }

    @ProcessElement
    public void process(@Element ResultFile file, OutputReceiver<ResultFile> out)
        throws IOException {
      if (read(folder, file.kind(), file.shard()).isEmpty()) {
        out.output(file);
      }
    }
  }

  private static final class NoteFn extends DoFn<WrittenFile, WrittenFile> {
    private final RunFolder folder;

    NoteFn(RunFolder folder) {
      this.folder = folder;
    }

    @ProcessElement
    public void process(@Element WrittenFile file, OutputReceiver<WrittenFile> out)
        throws IOException {
      byte[] json = MAPPER.writeValueAsBytes(file);
      Storage.write(path(folder, file.kind(), file.shard()), stream -> stream.write(json));
      out.output(file);
    }
  }
}
