package io.beambatch.cli;

import io.beambatch.batch.Recipients;
import io.beambatch.error.UserException;
import io.beambatch.job.Job;
import io.beambatch.job.ProviderConnection;
import io.beambatch.job.RequestSpec;
import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.ProviderApi;
import io.beambatch.provider.ProviderFactory;
import io.beambatch.provider.ProviderSettingsException;
import io.beambatch.provider.Recipient;
import io.beambatch.run.Run;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The server that a command talks to: the provider of the job and the environment, or a local
 * server in this process.
 */
final class Peer implements AutoCloseable {
  private static final Duration CATCHING_UP = Duration.ofSeconds(10);

  private final ProviderFactory providers;
  private final @Nullable LocalServer server;
  private final boolean moved;

  private Peer(ProviderFactory providers, @Nullable LocalServer server, boolean moved) {
    this.providers = providers;
    this.server = server;
    this.moved = moved;
  }

  /**
   * The provider that the job and the environment name; a missing key is reported here, not later.
   *
   * @param moved whether it is the provider that runs were sent to, under another address
   */
  static Peer remote(Job job, boolean moved) throws ProviderSettingsException {
    return new Peer(ProviderConnection.fromEnvironment(job.inference().request()), null, moved);
  }

  /**
   * A local server in this process, which remembers its batches for the run's next launch. No batch
   * runs between two launches, so at a launch they get a moment first.
   *
   * @param staging where runs are kept; the server's memory is on this machine in any case
   */
  static Peer local(Job job, String staging, FaultOptions faults)
      throws IOException, InterruptedException {
    Path memory = memory(staging);
    Storage.createFolder(String.valueOf(memory.getParent()));
    String key = randomKey();
    LocalServer server =
        LocalServer.start(
            faults.applyTo(LocalServerSettings.defaults().withDir(memory).withApiKey(key)));
    server.awaitBatches(CATCHING_UP);
    return new Peer(
        new Local(job.inference().request(), server.baseUrl().resolve("/").toString(), key),
        server,
        false);
  }

  /** Other users of the machine can see the port, but not the key. */
  private static String randomKey() {
    byte[] key = new byte[24];
    new SecureRandom().nextBytes(key);
    return "local-" + HexFormat.of().formatHex(key);
  }

  private static Path memory(String staging) {
    return staging.contains("://")
        ? Path.of(".beambatch", staging.replace("://", "/"), ".local-server")
        : Path.of(staging, ".local-server");
  }

  /** Returns whether it is a local server in this process. */
  boolean isLocal() {
    return server != null;
  }

  ProviderFactory providers() {
    return providers;
  }

  /**
   * Checks that a run to resume was sent to this server, or to none yet, and records it.
   *
   * @throws UserException if it was sent elsewhere
   */
  void take(Run run) throws IOException {
    if (moved) {
      recipients(run).move(providers.recipient(run.identity().uid()));
    } else {
      check(run);
    }
  }

  /**
   * Checks the same for a run that is only read; changes nothing.
   *
   * @throws UserException if it was sent elsewhere
   */
  void check(Run run) throws IOException {
    if (!moved) {
      recipients(run).check(providers.recipient(run.identity().uid()));
    }
  }

  private static Recipients recipients(Run run) throws IOException {
    return new Recipients(run.identity(), run.batches());
  }

  @Override
  public void close() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  /**
   * Connects to a local server in this process, which speaks the APIs of all providers.
   *
   * @param root of the server, with a trailing slash
   * @param key that it accepts
   */
  private record Local(RequestSpec request, String root, String key) implements ProviderFactory {
    @Override
    public BatchProvider open() {
      ProviderApi api = request.provider().api();
      try {
        return api.connect(
            root.substring(0, root.length() - 1) + api.basePath(),
            request.headers(),
            Map.of(api.keyVariable(), key));
      } catch (ProviderSettingsException e) {
        throw new IllegalStateException(e.getMessage(), e);
      }
    }

    /** The port differs in each launch, although the batches are the same. */
    @Override
    public Recipient recipient(String salt) {
      return Recipient.inThisProcess();
    }
  }
}
