package io.beambatch.cli;

import io.beambatch.error.ExitCode;
import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
import io.beambatch.localserver.Upstream;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code serve}: runs the local Batch API server. */
@Command(
    name = "serve",
    description =
        "Serves the batch APIs of OpenAI, Anthropic, Gemini, Mistral and OpenRouter on 127.0.0.1,"
            + " with answers made by simple rules.")
final class ServeCommand implements Callable<Integer> {
  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "8080",
      description = "The port; 0 for any free one. Default: ${DEFAULT-VALUE}.")
  private int port;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Where files and batches are kept. Default: a temporary folder.")
  private @Nullable Path dir;

  @Option(
      names = "--latency",
      paramLabel = "DURATION",
      defaultValue = "0",
      converter = DurationConverter.class,
      description = "How long a batch takes, such as 0, 500ms, 10s, 5m. Default: ${DEFAULT-VALUE}.")
  private Duration latency;

  @Option(
      names = "--max-requests",
      paramLabel = "N",
      description = "The most requests in one batch. Default: the provider's limit.")
  private @Nullable Integer maxRequests;

  @Option(
      names = "--max-bytes",
      paramLabel = "N",
      description = "The most bytes of one batch's input. Default: the provider's limit.")
  private @Nullable Long maxBytes;

  @Option(
      names = "--enqueued-tokens",
      paramLabel = "N",
      description = "The most prompt tokens in flight for a model. Default: no limit.")
  private long enqueuedTokens = LocalServerSettings.defaults().enqueuedTokenLimit();

  @Option(
      names = "--enqueued-requests",
      paramLabel = "N",
      description =
          "The most requests in flight, for Anthropic's batches. Default: the provider's limit.")
  private @Nullable Long enqueuedRequests;

  @Option(
      names = "--api-key",
      paramLabel = "KEY",
      description = "The only key that is accepted. Default: any key.")
  private @Nullable String apiKey;

  @Option(
      names = "--upstream",
      paramLabel = "URL",
      description =
          "A real-time server that speaks OpenAI's API, such as http://localhost:11434/v1. It"
              + " answers the batches. If it needs a key, set UPSTREAM_API_KEY.")
  private @Nullable URI upstream;

  @Option(
      names = "--concurrency",
      defaultValue = "8",
      description = "The most concurrent requests to the upstream. Default: ${DEFAULT-VALUE}.")
  private int concurrency;

  @Mixin private FaultOptions faults;

  @Option(names = "--verbose", description = "Logs every action.")
  void verbose(boolean on) {
    if (on) {
      Logs.verbose();
    }
  }

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    LocalServerSettings settings = settings();
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(asked, closed)));
    try (LocalServer server = LocalServer.start(settings)) {
      out.println("serving " + server.baseUrl());
      out.println("try it:");
      String key = apiKey == null ? "local" : "'the key of --api-key'";
      out.print("  export OPENAI_BASE_URL=" + server.baseUrl() + " OPENAI_API_KEY=" + key + "\n");
      if (upstream != null) {
        out.println("answers come from " + upstream);
      } else {
        out.print(
            "  export ANTHROPIC_BASE_URL=" + server.rootUrl() + " ANTHROPIC_API_KEY=" + key + "\n");
        out.print(
            "  export GOOGLE_GEMINI_BASE_URL="
                + server.rootUrl()
                + " GEMINI_API_KEY="
                + key
                + "\n");
      }
      out.flush();
      asked.await();
    } finally {
      closed.countDown();
    }
    return ExitCode.DONE;
  }

  private LocalServerSettings settings() {
    if (apiKey != null && apiKey.isBlank()) {
      throw new IllegalArgumentException("--api-key: is empty; give a key, or leave it out");
    }
    LocalServerSettings settings =
        LocalServerSettings.defaults()
            .withPort(port)
            .withDir(dir)
            .withLatency(latency)
            .withApiKey(apiKey)
            .withEnqueuedTokenLimit(enqueuedTokens);
    settings = maxRequests == null ? settings : settings.withMaxRequests(maxRequests);
    settings = maxBytes == null ? settings : settings.withMaxBytes(maxBytes);
    settings =
        enqueuedRequests == null ? settings : settings.withEnqueuedRequestLimit(enqueuedRequests);
    try {
      settings =
          upstream == null
              ? settings
              : settings.withUpstream(
                  new Upstream(upstream, concurrency, System.getenv("UPSTREAM_API_KEY")));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage());
    }
    return faults.applyTo(settings);
  }

  /** The process ends with its shutdown hooks, so they wait until the server is closed. */
  private static void stop(CountDownLatch asked, CountDownLatch closed) {
    asked.countDown();
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
