package io.beambatch.cli;

import io.beambatch.storage.Storage;
import picocli.CommandLine.Option;

/** The staging location that a command works in. */
final class StagingOption {
  @Option(
      names = "--staging",
      paramLabel = "DIR",
      defaultValue = ".beambatch",
      description =
          "Where runs keep their state, a local folder or gs://bucket/folder. Default:"
              + " ${DEFAULT-VALUE}.")
  private String path;

  /** Its path, without a slash at its end. */
  String path() {
    return Storage.withoutSlash(path);
  }
}
