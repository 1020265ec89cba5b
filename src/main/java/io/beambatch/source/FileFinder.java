package io.beambatch.source;

import java.io.IOException;
import java.io.Serializable;
import java.util.Set;
import org.apache.beam.sdk.options.PipelineOptions;

/** Looks for a watched source's files, each by a name that it always has. */
@FunctionalInterface
public interface FileFinder extends Serializable {

  /** All files that are there by now, old ones and new ones; the caller may change the set. */
  Set<String> find(PipelineOptions options) throws IOException;

  /** Looks no more. */
  default void close() {}
}
