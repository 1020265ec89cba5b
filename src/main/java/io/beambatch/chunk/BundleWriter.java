package io.beambatch.chunk;

import io.beambatch.schema.Shape;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;

/** Writes what one bundle holds of a window into parts. */
interface BundleWriter<T> extends AutoCloseable {
  void add(T element) throws IOException;

  /** Closes the last part; nothing is added after this. */
  List<Part> finish() throws IOException;

  /** What the documents look like, if the sink needs to know. */
  default Shape shape() {
    return Shape.NONE;
  }

  /** Gives up what is not finished. */
  @Override
  void close() throws IOException;

  /** Starts a writer on the worker. */
  @FunctionalInterface
  interface Factory<T> extends Serializable {
    BundleWriter<T> open() throws IOException;
  }
}
