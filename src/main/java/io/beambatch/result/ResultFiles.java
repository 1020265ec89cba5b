package io.beambatch.result;

import io.beambatch.chunk.Part;
import io.beambatch.storage.JsonCoder;
import java.util.List;
import java.util.stream.Stream;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;

/** What a joined chunk holds: files for the sink, and requests for the next attempt. */
public final class ResultFiles {
  private ResultFiles() {}

  /** The files of a joined chunk: none, one or two. */
  public static List<ResultFile> of(JoinedChunk chunk) {
    return Stream.of(chunk.answered(), chunk.failed()).flatMap(Stream::ofNullable).toList();
  }

  /** The files of answered and of failed documents. */
  public static PTransform<PCollection<JoinedChunk>, PCollection<ResultFile>> ofChunks() {
    return new PTransform<>() {
      @Override
      public PCollection<ResultFile> expand(PCollection<JoinedChunk> joined) {
        return joined
            .apply("Files", ParDo.of(new FilesFn()))
            .setCoder(JsonCoder.of(ResultFile.class));
      }
    };
  }

  /** The requests that have to be sent again. */
  public static PTransform<PCollection<JoinedChunk>, PCollection<Part>> again() {
    return new PTransform<>() {
      @Override
      public PCollection<Part> expand(PCollection<JoinedChunk> joined) {
        return joined.apply("Parts", ParDo.of(new AgainFn())).setCoder(JsonCoder.of(Part.class));
      }
    };
  }

  private static final class FilesFn extends DoFn<JoinedChunk, ResultFile> {
    @ProcessElement
    public void process(@Element JoinedChunk chunk, OutputReceiver<ResultFile> out) {
      of(chunk).forEach(out::output);
    }
  }

  private static final class AgainFn extends DoFn<JoinedChunk, Part> {
    @ProcessElement
    public void process(@Element JoinedChunk chunk, OutputReceiver<Part> out) {
      if (chunk.again() != null) {
        out.output(chunk.again());
      }
    }
  }
}
