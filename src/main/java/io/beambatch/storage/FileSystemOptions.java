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
  private static volatile @Nullable GcsClient current;

  /**
   * The options.
   *
   * @throws IllegalStateException if no file systems were set up in this process
   */
  public static PipelineOptions current() {
    return client().options();
  }

  /** The client with these options. */
  static GcsClient client() {
    GcsClient client = current;
    if (client == null) {
      throw new IllegalStateException(
          "Beam's file systems were not set up in this process; call"
              + " FileSystems.setDefaultPipelineOptions first");
    }
    return client;
  }

  @Override
  public Iterable<FileSystem<?>> fromOptions(PipelineOptions options) {
    GcsClient before = current;
    if (before == null || before.options() != options) {
      current = new GcsClient(options);
    }
    return List.of();
  }
}
