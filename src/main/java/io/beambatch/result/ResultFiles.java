package io.beambatch.result;

import io.beambatch.chunk.Part;
import io.beambatch.chunk.RetryRequests;
import io.beambatch.storage.JsonCoder;
import java.util.List;
import java.util.stream.Stream;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;

/**
 * Lists the contents of a joined chunk: files for the sink, and the requests for the next attempt.
 */
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
        return joined.apply("Select", ParDo.of(new FilesFn()));
      }
    };
  }

  /** Emits what must be sent again of each chunk, even if it is nothing. */
  public static PTransform<PCollection<JoinedChunk>, PCollection<RetryRequests>> retryRequests() {
    return new PTransform<>() {
      @Override
      public PCollection<RetryRequests> expand(PCollection<JoinedChunk> joined) {
        return joined
            .apply("Select", ParDo.of(new RetryRequestsFn()))
            .setCoder(JsonCoder.of(RetryRequests.class));
      }
    };
  }

  private static final class FilesFn extends DoFn<JoinedChunk, ResultFile> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element JoinedChunk chunk, OutputReceiver<ResultFile> out) {
      of(chunk).forEach(out::output);
    }
  }

  private static final class RetryRequestsFn extends DoFn<JoinedChunk, RetryRequests> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element JoinedChunk chunk, OutputReceiver<RetryRequests> out) {
      List<Part> again = chunk.toSendAgain();
      again.forEach(part -> out.output(new RetryRequests(chunk.chunkId(), part)));
      if (again.isEmpty()) {
        out.output(new RetryRequests(chunk.chunkId(), null));
      }
    }
  }
}
