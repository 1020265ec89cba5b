package io.beambatch.storage;

import java.util.List;
import org.apache.beam.sdk.io.FileSystem;
import org.apache.beam.sdk.io.FileSystemRegistrar;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/**
 * The options with which Beam's file systems of this process were set up: endpoint, credentials.
 * The client of the ledger uses the same.
 *
 * <p>Beam sets up its file systems in the launcher and, from the options that travel with the
 * pipeline, in every worker, and asks all registrars each time. This registrar adds no file system;
 * it only remembers the options. Beam has no other way to ask for them.
 */
public final class FileSystemOptions implements FileSystemRegistrar {
  private static volatile @Nullable PipelineOptions current;

  /**
   * The options.
   *
   * @throws IllegalStateException if no file systems were made in this process
   */
  public static PipelineOptions current() {
    PipelineOptions options = current;
    if (options == null) {
      throw new IllegalStateException(
          "Beam's file systems were not set up in this process; call"
              + " FileSystems.setDefaultPipelineOptions first");
    }
    return options;
  }

  @Override
  public Iterable<FileSystem<?>> fromOptions(PipelineOptions options) {
    current = options;
    return List.of();
  }
}
