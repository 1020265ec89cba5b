package io.beambatch.source;

import java.io.IOException;
import java.io.Serializable;
import java.util.Set;
import org.apache.beam.sdk.options.PipelineOptions;

/**
 * Finds the files of a watched source, each under the same name every time. {@code WatchFiles} asks
 * it again and again.
 */
@FunctionalInterface
public interface FileFinder extends Serializable {

  /** All files that exist now, old and new; the caller may change the set. */
  Set<String> find(PipelineOptions options) throws IOException;

  /** Stops finding files. */
  default void close() {}
}
