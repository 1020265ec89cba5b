package io.beambatch.chunk;

import io.beambatch.schema.Shape;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;

/**
 * Writes the elements of one bundle and window into parts of the run's folder. {@link
 * ShardIntoChunks} opens one writer for each window of a bundle.
 */
interface BundleWriter<T> extends AutoCloseable {
  /** Writes an element. */
  void add(T element) throws IOException;

  /** Closes the last part; nothing may be added after this. */
  List<Part> finish() throws IOException;

  /** The shape of the documents, if the sink needs it. */
  default Shape shape() {
    return Shape.NONE;
  }

  /** Deletes unfinished files. */
  @Override
  void close() throws IOException;

  /** Opens a writer on the worker. */
  @FunctionalInterface
  interface Factory<T> extends Serializable {
    BundleWriter<T> open() throws IOException;
  }
}
