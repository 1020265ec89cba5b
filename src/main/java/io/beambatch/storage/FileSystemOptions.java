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
 * <p>Beam sets up its file systems in the launcher and, from the pipeline's options, in every
 * worker, and calls all registrars each time. This registrar adds no file system; it only remembers
 * the options, because Beam offers no other way to get them.
 */
public final class FileSystemOptions implements FileSystemRegistrar {
  private static volatile @Nullable PipelineOptions current;

  /**
   * The options.
   *
   * @throws IllegalStateException if no file systems were set up in this process
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
