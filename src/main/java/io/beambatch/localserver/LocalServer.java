package io.beambatch.localserver;

import io.javalin.Javalin;
import io.javalin.util.JavalinBindException;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A server on loopback that speaks the batch APIs of OpenAI, Anthropic, Gemini, Mistral and
 * OpenRouter, and answers by simple rules. The protocols are the real ones: validation, states,
 * limits, errors, unordered results. Every answer's {@code model} ends in {@code -simulated}.
 *
 * <pre>{@code
 * try (LocalServer server = LocalServer.start(LocalServerSettings.defaults())) {
 *   useClient(server.baseUrl(), "any-key");
 * }
 * }</pre>
 *
 * <p>Files and batches are kept in a folder; a server that is started on the same folder again
 * resumes them. Uploads and results are streamed: memory grows with the number of lines in a batch,
 * not with their size.
 */
public final class LocalServer implements AutoCloseable {
  private final Path dir;
  private final boolean temporary;
  private final FileChannel lock;
  private final FaultPlan faults;
  private final Bill bill;
  private final CallCounts counts;
  private final Answerers answerers;
  private final BatchScheduler scheduler;
  private final Javalin javalin;

  private LocalServer(LocalServerSettings settings, Path dir, FileChannel lock) throws IOException {
    this.dir = dir;
    this.temporary = settings.dir() == null;
    this.lock = lock;
    StoredFiles files = new StoredFiles(dir.resolve("files"), settings.clock());
    this.faults = new FaultPlan(settings.seed(), settings.faults());
    BatchStore store = new BatchStore(dir.resolve("batches"), settings.clock(), faults);
    this.bill = new Bill(store);
    this.counts = new CallCounts(dir.resolve("calls.json"));
    this.answerers = new Answerers(settings, faults);
    this.scheduler = new BatchScheduler(store, files, answerers);
    HttpApi api =
        new HttpApi(
            settings,
            apis(new Backend(store, files, scheduler, settings, faults)),
            new ControlCalls(faults, bill, counts),
            faults,
            counts);
    try {
      this.javalin = api.start();
    } catch (JavalinBindException e) {
      scheduler.close();
      throw new IOException(
          "Port %d is taken. Choose another, or 0 for any free one.".formatted(settings.port()), e);
    }
    for (BatchState batch : store.all()) {
      if (!batch.status().ended()) {
        scheduler.run(batch);
      }
    }
  }

  /** An upstream is called in OpenAI's form, and so can't answer requests in another. */
  private static List<ProviderFace> apis(Backend backend) {
    LocalServerSettings settings = backend.settings();
    ProviderFace openAi =
        new OpenAiFace(settings, new FileCalls(backend.files(), settings), new BatchCalls(backend));
    return settings.upstream() != null
        ? List.of(openAi)
        : List.of(
            new AnthropicFace(new MessageBatchCalls(backend)),
            new OpenRouterFace(new OpenRouterCalls(backend)),
            new MistralFace(new MistralJobCalls(backend)),
            new GeminiFace(
                new GeminiFileCalls(backend.files(), settings), new GeminiBatchCalls(backend)),
            openAi);
  }

  /**
   * Starts a server, which runs until it is closed.
   *
   * @throws IOException if the port is in use, the folder can't be used, or another server uses it
   */
  public static LocalServer start(LocalServerSettings settings) throws IOException {
    Path dir =
        settings.dir() == null
            ? Files.createTempDirectory("beam-batch-local-server-")
            : OwnFiles.folder(settings.dir());
    FileChannel lock = lock(dir);
    try {
      return new LocalServer(settings, dir, lock);
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /** The port that it listens on. */
  public int port() {
    return javalin.port();
  }

  /** The base URL for clients, such as {@code http://127.0.0.1:8080/v1}. */
  public URI baseUrl() {
    return URI.create("http://127.0.0.1:" + port() + "/v1");
  }

  /** The base URL for clients that append the version themselves, like Anthropic's and Google's. */
  public URI rootUrl() {
    return URI.create("http://127.0.0.1:" + port());
  }

  /** Sets the faults from now on; all earlier counts are reset. */
  public void faults(Faults next) {
    faults.set(next);
  }

  /** Waits until all batches have ended or are stuck, at most this long. */
  public void awaitBatches(Duration atMost) throws InterruptedException {
    scheduler.awaitIdle(atMost);
  }

  /** Statistics over the life of the folder. */
  public ServerStats stats() throws IOException {
    return bill.stats(counts.counts());
  }

  /**
   * How often each {@code custom_id} was answered, and so billed. For tests: it holds all in
   * memory.
   */
  public Map<String, Integer> timesAnswered() throws IOException {
    return bill.timesAnswered();
  }

  /** Stops; running batches can be resumed. */
  @Override
  public void close() throws IOException {
    javalin.stop();
    try {
      scheduler.close();
      counts.save();
    } finally {
      answerers.close();
      lock.close();
      if (temporary) {
        deleteAll(dir);
      }
    }
  }

  private static FileChannel lock(Path dir) throws IOException {
    FileChannel channel = OwnFiles.open(dir.resolve("lock"));
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      channel.close();
      throw inUse(dir, e);
    }
    if (lock == null) {
      channel.close();
      throw inUse(dir, null);
    }
    return channel;
  }

  private static IOException inUse(Path dir, @Nullable Exception cause) {
    return new IOException(
        "Another local server uses the folder " + dir + ". Stop it, or choose another folder.",
        cause);
  }

  private static void deleteAll(Path dir) throws IOException {
    List<Path> paths;
    try (Stream<Path> found = Files.walk(dir)) {
      paths = found.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : paths) {
      Files.deleteIfExists(path);
    }
  }
}
