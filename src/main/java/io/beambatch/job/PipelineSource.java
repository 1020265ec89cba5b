package io.beambatch.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * The documents of another pipeline. No job file can name them, and nothing has to be read.
 *
 * @param id the field that identifies a document, or null: documents are identified by their
 *     content
 */
public record PipelineSource(@Nullable String id) implements Source {

  @Override
  public boolean hasSchema() {
    return false;
  }

  @Override
  public ObjectNode canonical() {
    return CanonicalJob.source("PIPELINE", this);
  }
}
