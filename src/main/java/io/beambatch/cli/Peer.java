package io.beambatch.cli;

import io.beambatch.job.Job;
import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
import io.beambatch.provider.ProviderFactory;
import io.beambatch.provider.ProviderSettingsException;
import io.beambatch.provider.openai.OpenAiProvider;
import io.beambatch.provider.openai.OpenAiProviders;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Who answers: the provider of the job and the environment, or a local server in this process. */
final class Peer implements AutoCloseable {
  private static final Duration CATCHING_UP = Duration.ofSeconds(10);

  private final ProviderFactory providers;
  private final @Nullable LocalServer server;

  private Peer(ProviderFactory providers, @Nullable LocalServer server) {
    this.providers = providers;
    this.server = server;
  }

  /** The provider that the job and the environment name; a missing key shows here, not later. */
  static Peer remote(Job job) throws ProviderSettingsException {
    return new Peer(
        OpenAiProviders.fromEnvironment(
            job.inference().request().baseUrl(), job.inference().request().headers()),
        null);
  }

  /**
   * A server in this process, that remembers its batches for the run's next launch. Between two
   * launches nobody works on them, so that they get a moment first.
   *
   * @param staging where runs are kept; the server's memory is on this machine in any case
   */
  static Peer local(String staging, FaultOptions faults) throws IOException, InterruptedException {
    LocalServer server =
        LocalServer.start(faults.applyTo(LocalServerSettings.defaults().withDir(memory(staging))));
    server.awaitBatches(CATCHING_UP);
    return new Peer(new Local(server.baseUrl().toString()), server);
  }

  private static Path memory(String staging) {
    return staging.contains("://")
        ? Path.of(".beambatch", staging.replace("://", "/"), ".local-server")
        : Path.of(staging, ".local-server");
  }

  /** Whether it is a server in this process. */
  boolean isLocal() {
    return server != null;
  }

  ProviderFactory providers() {
    return providers;
  }

  @Override
  public void close() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  private record Local(String baseUrl) implements ProviderFactory {
    @Override
    public OpenAiProvider open() {
      try {
        return OpenAiProvider.connect(baseUrl, Map.of("OPENAI_API_KEY", "local"));
      } catch (ProviderSettingsException e) {
        throw new IllegalStateException(e.getMessage(), e);
      }
    }
  }
}
