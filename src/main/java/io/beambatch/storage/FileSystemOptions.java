package io.beambatch.storage;

import java.util.List;
import java.util.function.Supplier;
import org.apache.beam.sdk.io.FileSystem;
import org.apache.beam.sdk.io.FileSystemRegistrar;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/**
 * The options with which Beam's file systems of this process were set up: endpoint, credentials.
 * The client of the ledger uses the same.
 *
 * <p>Beam sets up its file systems from the pipeline's options in every worker, and when a pipeline
 * is launched, and calls all registrars each time. This registrar adds no file system; it only
 * remembers the options, because Beam offers no other way to get them. A command names its options
 * with {@link #useWhenNeeded}: to create them takes a third of the time of a short command, and
 * local files need none.
 */
public final class FileSystemOptions implements FileSystemRegistrar {
  private static volatile @Nullable Supplier<GcsClient> current;

  /** Names the options with which the first path that isn't local sets up Beam's file systems. */
  public static void useWhenNeeded(Supplier<PipelineOptions> options) {
    current =
        () -> {
          PipelineOptions needed = options.get();
          FileSystems.setDefaultPipelineOptions(needed);
          // Beam doesn't call registrars again with options that it knows.
          return remember(needed);
        };
  }

  /**
   * Sets up Beam's file systems, unless that was done before. Call it before Beam is asked for a
   * path that isn't local.
   *
   * @throws IllegalStateException if nothing has named their options
   */
  public static void setUp() {
    client();
  }

  /**
   * The options.
   *
   * @throws IllegalStateException if nothing has named them in this process
   */
  public static PipelineOptions current() {
    return client().options();
  }

  /** The client with these options. */
  static synchronized GcsClient client() {
    Supplier<GcsClient> client = current;
    if (client == null) {
      throw new IllegalStateException(
          "Beam's file systems were not set up in this process; call"
              + " FileSystems.setDefaultPipelineOptions first");
    }
    return client.get();
  }

  @Override
  public Iterable<FileSystem<?>> fromOptions(PipelineOptions options) {
    remember(options);
    return List.of();
  }

  private static GcsClient remember(PipelineOptions options) {
    if (current instanceof Known known && known.client.options() == options) {
      return known.client;
    }
    Known known = new Known(new GcsClient(options));
    current = known;
    return known.client;
  }

  private record Known(GcsClient client) implements Supplier<GcsClient> {
    @Override
    public GcsClient get() {
      return client;
    }
  }
}
