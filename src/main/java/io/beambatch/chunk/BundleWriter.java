package io.beambatch.chunk;

import io.beambatch.schema.Shape;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;

/**
 * Writes the elements of one bundle and window into parts of the run's folder. {@link
 * ShardIntoChunks} opens one for each window that a bundle has.
 */
interface BundleWriter<T> extends AutoCloseable {
  /** Writes an element. */
  void add(T element) throws IOException;

  /** Closes the last part; nothing is added after this. */
  List<Part> finish() throws IOException;

  /** What the documents look like, if the sink needs to know. */
  default Shape shape() {
    return Shape.NONE;
  }

  /** Deletes what is not finished. */
  @Override
  void close() throws IOException;

  /** Opens a writer on the worker. */
  @FunctionalInterface
  interface Factory<T> extends Serializable {
    BundleWriter<T> open() throws IOException;
  }
}
