package io.beambatch.result;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.beambatch.json.LineReader;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;

/**
 * Reads result files back into the pipeline: each document with what became of it, as one JSON
 * object. A file that has not as many documents as it should stops the pipeline.
 */
public final class ReadResults extends PTransform<PCollection<ResultFile>, PCollectionTuple> {
  public static final TupleTag<String> ANSWERED = new TupleTag<>("answered") {};
  public static final TupleTag<String> FAILED = new TupleTag<>("failed") {};

  /** More than any document with its answer can have. */
  private static final int MAX_LINE = 512 << 20;

  @Override
  public PCollectionTuple expand(PCollection<ResultFile> files) {
    PCollectionTuple read =
        files.apply(
            "Read lines", ParDo.of(new ReadFn()).withOutputTags(ANSWERED, TupleTagList.of(FAILED)));
    read.get(ANSWERED).setCoder(StringUtf8Coder.of());
    read.get(FAILED).setCoder(StringUtf8Coder.of());
    return read;
  }

  private static final class ReadFn extends DoFn<ResultFile, String> {
    @ProcessElement
    public void read(@Element ResultFile file, MultiOutputReceiver out) throws IOException {
      OutputReceiver<String> documents =
          out.get(file.kind() == ResultFile.Kind.ANSWERED ? ANSWERED : FAILED);
      long lines = 0;
      try (InputStream stream = Storage.open(file.path())) {
        LineReader line = LineReader.ofLines(stream, MAX_LINE);
        while (line.next()) {
          if (line.tooLong()) {
            throw new IOException(
                file.path()
                    + ", line "
                    + line.number()
                    + ": "
                    + line.bytes()
                    + " bytes are too many");
          }
          documents.output(
              new String(line.buffer(), line.start(), line.end() - line.start(), UTF_8));
          lines++;
        }
      }
      if (lines != file.documents()) {
        throw new IOException(
            file.path() + " should have " + file.documents() + " documents, but has " + lines);
      }
    }
  }
}
