package io.beambatch.chunk;

import io.beambatch.schema.Shape;
import org.jspecify.annotations.Nullable;

/**
 * What is gathered for a plan: parts, how many documents were read, the files that they came from,
 * and what they look like. The first two come on separate ways, so that a part that got lost shows.
 *
 * @param read documents; 0 for a part of the first attempt
 * @param file of a watched source, or null
 * @param joined the chunk of the attempt before that the part comes from, or null
 * @param shape of some of the documents, or null
 */
record Tally(
    @Nullable Part part,
    long read,
    @Nullable String file,
    @Nullable String joined,
    @Nullable Shape shape) {

  static Tally of(Part part) {
    return new Tally(part, 0, null, null, null);
  }

  static Tally ofRead(long documents) {
    return new Tally(null, documents, null, null, null);
  }

  static Tally ofFile(String file) {
    return new Tally(null, 0, file, null, null);
  }

  /** Documents of a later attempt were counted when they were joined. */
  static Tally of(Leftover leftover) {
    Part part = leftover.part();
    return new Tally(part, part == null ? 0 : part.documents(), null, leftover.chunkId(), null);
  }

  static Tally ofShape(Shape shape) {
    return new Tally(null, 0, null, null, shape);
  }
}
