package io.beambatch.storage;

import com.google.auth.Credentials;
import com.google.cloud.NoCredentials;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageOptions;
import java.io.IOException;
import java.net.URI;
import org.apache.beam.sdk.extensions.gcp.options.GcsOptions;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/**
 * Creates the Cloud Storage client for what Beam's file system doesn't offer: conditional writes,
 * lists, and objects by name where Beam expects patterns. It uses the endpoint ({@code
 * --gcsEndpoint}) and the credentials of that file system.
 */
public final class GcsClient {
  /** Calls name a bucket, never a project. Without a value the client would look for one. */
  private static final String NO_PROJECT = "none";

  private final PipelineOptions options;
  private @Nullable Storage storage;

  GcsClient(PipelineOptions options) {
    this.options = options;
  }

  /**
   * Connects with the settings of this process's file systems.
   *
   * @param path named in the error if there are no credentials
   * @throws IOException if there are no credentials
   */
  public static Storage connect(String path) throws IOException {
    return FileSystemOptions.client().storage(path);
  }

  PipelineOptions options() {
    return options;
  }

  /** One client serves all, because each has connections and credentials of its own. */
  private synchronized Storage storage(String path) throws IOException {
    if (storage == null) {
      storage = open(options.as(GcsOptions.class), path);
    }
    return storage;
  }

  private static Storage open(GcsOptions options, String path) throws IOException {
    Credentials credentials = options.getGcpCredential();
    String endpoint = options.getGcsEndpoint();
    if (credentials == null && endpoint == null) {
      throw GcsErrors.noCredentials(path);
    }
    StorageOptions.Builder builder =
        StorageOptions.newBuilder()
            .setProjectId(NO_PROJECT)
            .setCredentials(credentials == null ? NoCredentials.getInstance() : credentials);
    if (endpoint != null) {
      // Beam's endpoint includes the path of the API, which this client adds by itself.
      builder.setHost(URI.create(endpoint).resolve("/").toString());
    }
    return builder.build().getService();
  }
}
