package io.beambatch.cli;

import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.io.FileSystems;
import picocli.CommandLine.Parameters;

/** Beam's options of a command that looks into a folder, and takes no job file. */
final class FolderOptions {
  @Parameters(
      arity = "0..*",
      paramLabel = "-- BEAM_OPTION",
      description = "Options for Beam, after --, such as --gcpTempLocation=gs://bucket/tmp.")
  private List<String> beam = new ArrayList<>();

  /** Makes a folder accessible; call it before the folder is used. */
  void access(String folder) {
    if (folder.startsWith("gs://")) {
      FileSystems.setDefaultPipelineOptions(BeamOptions.parse(beam));
    }
  }
}
