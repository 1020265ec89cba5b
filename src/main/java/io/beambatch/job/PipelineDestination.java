package io.beambatch.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.job.FileDestination.Compression;

/**
 * Another pipeline, which reads the documents where they are. Nothing has to be written.
 *
 * @param hasTypes whether it reads them as rows: then an answer must have its field's type
 */
public record PipelineDestination(boolean hasTypes) implements Destination {

  @Override
  public String address() {
    return "";
  }

  @Override
  public String place(String run) {
    return "the output of the transform";
  }

  @Override
  public boolean isStaged() {
    return true;
  }

  @Override
  public boolean hasColumns() {
    return false;
  }

  @Override
  public PipelineDestination besideForFailures() {
    return this;
  }

  @Override
  public ObjectNode canonical() {
    return CanonicalJob.destination("PIPELINE", Compression.NONE);
  }
}
