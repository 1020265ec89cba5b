package io.beambatch.chunk;

import io.beambatch.document.FailureCause;
import io.beambatch.schema.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The chunks of one attempt and window: committed once, before anything is paid.
 *
 * @param name such as {@code a1}, {@code a1-w20260101T000000000-5f3a…} with a hash of its parts
 *     where there are windows; of a watched source {@code a1-p00007}, numbered as they were
 *     committed, and {@code a2-} with a part's name
 * @param unsent parts that hold only failed documents
 * @param files the files of a watched source that the plan covers; otherwise empty
 * @param shape the shape of the documents that are sent, if the sink needs it; none otherwise, and
 *     for later attempts
 * @param reused lines whose documents get answers that other lines pay for; none in plans of
 *     earlier versions
 * @param taken the documents that the plan is for, in the words of the command line, or null for
 *     all
 */
public record Plan(
    String name,
    int attempt,
    List<Chunk> chunks,
    List<Part> unsent,
    List<String> files,
    Shape shape,
    List<ReusedLines> reused,
    @Nullable String taken) {

  /** A plan; an absent shape is none. */
  public Plan {
    shape = shape == null ? Shape.NONE : shape;
    reused = reused == null ? List.of() : List.copyOf(reused);
  }

  /** A plan of which every request is sent. */
  public Plan(
      String name,
      int attempt,
      List<Chunk> chunks,
      List<Part> unsent,
      List<String> files,
      Shape shape) {
    this(name, attempt, chunks, unsent, files, shape, List.of(), null);
  }

  /** All parts, whether sent or not, each once. */
  public Stream<Part> parts() {
    return Stream.of(
            chunks.stream().flatMap(chunk -> chunk.parts().stream()),
            unsent.stream(),
            reused.stream().flatMap(lines -> lines.parts().stream()))
        .flatMap(parts -> parts)
        .distinct();
  }

  /** Why documents can't be sent; each is in the file of the plan's failures. */
  public List<FailureCause> causes() {
    List<FailureCause> causes = new ArrayList<>();
    long lines = 0;
    for (Part part : unsent) {
      for (FailureCause cause : part.causes()) {
        causes.add(cause.behind(lines));
      }
      lines += part.failures();
    }
    return causes;
  }

  /** The number of documents in the plan. */
  public long documents() {
    return parts().mapToLong(Part::documents).sum();
  }

  /** The lines whose answers earlier runs have bought. */
  public List<ReusedLines> known() {
    return reused.stream().filter(lines -> lines.use() == LineUse.KNOWN).toList();
  }

  /** The number of documents that get an answer that another line pays for. */
  public long reusedLines() {
    return reused.stream().mapToLong(ReusedLines::count).sum();
  }

  /** The number of requests to send. */
  public long requests() {
    return chunks.stream().mapToLong(Chunk::requests).sum();
  }

  /** The size of all input files. */
  public long bytes() {
    return chunks.stream().mapToLong(Chunk::bytes).sum();
  }

  /** Estimated prompt tokens. */
  public long tokens() {
    return chunks.stream().mapToLong(Chunk::tokens).sum();
  }
}
