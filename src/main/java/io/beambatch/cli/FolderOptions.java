package io.beambatch.cli;

import io.beambatch.storage.FileSystemOptions;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Parameters;

/** Beam's options of a command that looks into a folder, and takes no job file. */
final class FolderOptions {
  @Parameters(
      arity = "0..*",
      paramLabel = "-- BEAM_OPTION",
      description = "Options for Beam, after --, such as --gcpTempLocation=gs://bucket/tmp.")
  private List<String> beam = new ArrayList<>();

  /** Makes folders accessible; call it before one is used. */
  void access() {
    FileSystemOptions.useWhenNeeded(() -> BeamOptions.parse(beam));
  }
}
