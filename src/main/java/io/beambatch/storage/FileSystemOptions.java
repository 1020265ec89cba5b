package io.beambatch.storage;

import java.util.List;
import org.apache.beam.sdk.io.FileSystem;
import org.apache.beam.sdk.io.FileSystemRegistrar;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/**
 * The options that Beam's file systems of this process were made with: which endpoint, which
 * credentials.
 *
 * <p>Beam makes its file systems in the launching process and, of the options that travel with the
 * pipeline, in every worker, and asks all registrars each time. This one adds no file system; so
 * what is done beside Beam's file systems always goes where they go, without a way of its own for
 * the options to travel.
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
