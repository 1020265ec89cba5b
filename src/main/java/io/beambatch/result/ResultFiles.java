package io.beambatch.result;

import io.beambatch.chunk.Leftover;
import io.beambatch.storage.JsonCoder;
import java.util.List;
import java.util.stream.Stream;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;

/** What a joined chunk holds: files for the sink, and what it leaves to the next attempt. */
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

  /** What has to be sent again of each chunk, also if it is nothing. */
  public static PTransform<PCollection<JoinedChunk>, PCollection<Leftover>> leftovers() {
    return new PTransform<>() {
      @Override
      public PCollection<Leftover> expand(PCollection<JoinedChunk> joined) {
        return joined
            .apply("Leftovers", ParDo.of(new LeftoverFn()))
            .setCoder(JsonCoder.of(Leftover.class));
      }
    };
  }

  private static final class FilesFn extends DoFn<JoinedChunk, ResultFile> {
    @ProcessElement
    public void process(@Element JoinedChunk chunk, OutputReceiver<ResultFile> out) {
      of(chunk).forEach(out::output);
    }
  }

  private static final class LeftoverFn extends DoFn<JoinedChunk, Leftover> {
    @ProcessElement
    public void process(@Element JoinedChunk chunk, OutputReceiver<Leftover> out) {
      out.output(new Leftover(chunk.chunkId(), chunk.again()));
    }
  }
}
