package io.beambatch.result;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.Map;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;

/**
 * Reads result files back into the pipeline: each document with its outcome, as one JSON object. If
 * a file has another number of documents than its record says, the pipeline stops.
 */
public final class ReadResults extends PTransform<PCollection<ResultFile>, PCollectionTuple> {
  public static final TupleTag<String> ANSWERED = new TupleTag<>("answered") {};
  public static final TupleTag<String> FAILED = new TupleTag<>("failed") {};

  private static final Map<ResultFile.Kind, TupleTag<String>> TAGS =
      Map.of(ResultFile.Kind.ANSWERED, ANSWERED, ResultFile.Kind.FAILED, FAILED);

  private final RunFolder folder;

  /** Reads the files of a run. */
  public ReadResults(RunFolder folder) {
    this.folder = folder;
  }

  @Override
  public PCollectionTuple expand(PCollection<ResultFile> files) {
    PCollectionTuple read =
        files.apply(
            "Read lines",
            ParDo.of(new ReadFn(folder)).withOutputTags(ANSWERED, TupleTagList.of(FAILED)));
    read.get(ANSWERED).setCoder(StringUtf8Coder.of());
    read.get(FAILED).setCoder(StringUtf8Coder.of());
    return read;
  }

  private static final class ReadFn extends DoFn<ResultFile, String> {
    private static final long serialVersionUID = 1L;

    private final RunFolder folder;

    ReadFn(RunFolder folder) {
      this.folder = folder;
    }

    @ProcessElement
    public void read(@Element ResultFile file, MultiOutputReceiver out) throws IOException {
      OutputReceiver<String> documents = out.get(TAGS.get(file.kind()));
      try {
        file.read(
            folder,
            (buffer, from, to) -> documents.output(new String(buffer, from, to - from, UTF_8)));
      } catch (IOException e) {
        throw new IOException("Can't read " + file.in(folder) + ": " + e.getMessage(), e);
      }
    }
  }
}
