package io.beambatch.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.job.FileDestination.Compression;
import io.beambatch.job.FileDestination.Format;

/**
 * JSON lines on standard output, {@code path: "-"} in a job file. The command that ends the run
 * prints all of them: what an earlier command printed may be gone.
 */
public record StandardOutputDestination() implements Destination {

  @Override
  public String address() {
    return FileSource.STANDARD;
  }

  @Override
  public String place(String run) {
    return "standard output";
  }

  @Override
  public boolean hasColumns() {
    return false;
  }

  @Override
  public boolean hasTypes() {
    return false;
  }

  /** {@link DestinationSection} requires that the job file names another place. */
  @Override
  public StandardOutputDestination besideForFailures() {
    return this;
  }

  @Override
  public ObjectNode canonical() {
    return CanonicalJob.destination(Format.JSONL.name(), Compression.NONE)
        .put("path", FileSource.STANDARD);
  }
}
