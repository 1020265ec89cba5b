package io.beambatch.provider;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.provider.ProviderException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * OpenAI's Files and Batches API, or a compatible one.
 *
 * <p>A reply that never came, or that can't be read, is {@link Kind#NO_REPLY}. For {@link #create}
 * that, and every status from 500 on, leaves open whether there is a batch now.
 */
public final class OpenAiProvider implements BatchProvider {
  private static final Logger LOG = LoggerFactory.getLogger(OpenAiProvider.class);
  private static final long SLOWEST_UPLOAD_BYTES_PER_SECOND = 64 << 10;

  private final OpenAiSettings settings;
  private final HttpCalls http;
  private final Repeater repeater;
  private final BatchJson batchJson;

  /**
   * @param clock for waits until a date
   * @param sleeper waits between tries
   */
  public OpenAiProvider(OpenAiSettings settings, Clock clock, Sleeper sleeper) {
    SafeText safe = new SafeText(settings.key());
    this.settings = settings;
    this.http = new HttpCalls(settings, safe, clock);
    this.repeater = new Repeater(settings.backoff(), sleeper);
    this.batchJson = new BatchJson(safe, clock);
  }

  /**
   * A provider with the key, the base URL and so on of the environment.
   *
   * @param baseUrl goes before {@code OPENAI_BASE_URL}; null if the job names none
   * @throws ProviderSettingsException if there is no key, or a value can't be used
   */
  public static OpenAiProvider connect(@Nullable String baseUrl, Map<String, String> environment)
      throws ProviderSettingsException {
    return new OpenAiProvider(
        OpenAiSettings.from(baseUrl, environment), Clock.systemUTC(), Sleeper.SYSTEM);
  }

  @Override
  public InputFile upload(Upload upload) throws ProviderException {
    Duration timeout =
        settings.requestTimeout().plusSeconds(upload.bytes() / SLOWEST_UPLOAD_BYTES_PER_SECOND);
    JsonNode file = repeater.call(() -> uploadOnce(upload, timeout));
    Long kept = Json.number(file, "bytes");
    if (kept != null && kept != upload.bytes()) {
      LOG.warn(
          "The provider says that {} has {} bytes; {} were sent",
          upload.name(),
          kept,
          upload.bytes());
    }
    return FileJson.file(file);
  }

  private JsonNode uploadOnce(Upload upload, Duration timeout) throws ProviderException {
    try (UploadBody body = new UploadBody(upload)) {
      HttpRequest request =
          http.request("/files")
              .header("Content-Type", body.contentType())
              .POST(body.publisher())
              .build();
      JsonNode file;
      try {
        file = http.json(request, timeout, OpenAiProvider::withId);
      } catch (ProviderException e) {
        ProviderException fault = body.fault();
        if (fault == null && e.kind() == Kind.NO_REPLY && !body.sent()) {
          checkKey(e);
        }
        throw fault == null ? e : fault;
      }
      ProviderException fault = body.fault();
      if (fault != null) {
        throw fault;
      }
      if (!body.sent()) {
        throw new ProviderException(
            Kind.NO_REPLY,
            0,
            null,
            null,
            HttpCalls.call(request) + " was answered before all of the file was sent",
            null);
      }
      return file;
    } catch (IOException e) {
      throw new ProviderException(
          Kind.NO_REPLY, 0, null, null, "The content of " + upload.name() + " can't be closed", e);
    }
  }

  /**
   * A server that refuses the key may hang up on a large upload, and its reply is then lost with
   * the connection. A small call brings it out before the upload is repeated in vain.
   */
  private void checkKey(ProviderException lost) throws ProviderException {
    try {
      http.json(
          http.request("/batches?limit=1").GET().build(), settings.requestTimeout(), json -> json);
    } catch (ProviderException e) {
      if (e.kind() == Kind.UNAUTHORIZED) {
        throw e;
      }
      lost.addSuppressed(e);
    }
  }

  @Override
  public Batch create(String inputFileId, String endpoint, Map<String, String> metadata)
      throws ProviderException {
    ObjectNode body =
        Json.MAPPER
            .createObjectNode()
            .put("input_file_id", inputFileId)
            .put("endpoint", endpoint)
            .put("completion_window", "24h");
    if (!metadata.isEmpty()) {
      ObjectNode pairs = body.putObject("metadata");
      metadata.forEach(pairs::put);
    }
    HttpRequest request =
        http.request("/batches")
            .header("Content-Type", "application/json")
            .POST(new OnceBody(body.toString().getBytes(StandardCharsets.UTF_8)))
            .build();
    return http.json(request, settings.requestTimeout(), batchJson::batch);
  }

  @Override
  public BatchPage list(@Nullable String after, int limit) throws ProviderException {
    String path = "/batches?limit=" + limit + (after == null ? "" : "&after=" + encoded(after));
    BatchPage page = get(path, json -> batchJson.page(json, limit));
    if (page.batches().stream().anyMatch(batch -> batch.id().equals(after))) {
      throw turnsInACircle(path, "batch");
    }
    return page;
  }

  /** Whoever pages on would turn in a circle for ever; whoever stops would miss some. */
  private ProviderException turnsInACircle(String path, String what) {
    return new ProviderException(
        Kind.INVALID_REQUEST,
        200,
        null,
        null,
        "GET "
            + settings.baseUrl()
            + path
            + " was answered with the page that the "
            + what
            + " itself is on: this server doesn't page by 'after', so that not all can be seen",
        null);
  }

  @Override
  public Batch get(String batchId) throws ProviderException {
    return get("/batches/" + encoded(batchId), batchJson::batch);
  }

  @Override
  public Batch cancel(String batchId) throws ProviderException {
    HttpRequest request =
        http.request("/batches/" + encoded(batchId) + "/cancel")
            .POST(BodyPublishers.noBody())
            .build();
    try {
      return repeater.callOnceOnConflict(
          () -> http.json(request, settings.requestTimeout(), batchJson::batch));
    } catch (ProviderException e) {
      if (e.kind() != Kind.CONFLICT && e.status() != 400) {
        throw e;
      }
      Batch batch = get(batchId);
      // Some servers say 400 for a batch that has ended; any other 400 stays what it is.
      if (e.kind() == Kind.CONFLICT || batch.status().ended()) {
        return batch;
      }
      throw e;
    }
  }

  @Override
  public InputStream download(String fileId) throws ProviderException {
    HttpRequest request = http.request("/files/" + encoded(fileId) + "/content").GET().build();
    HttpCalls.Opened opened = repeater.call(() -> http.open(request));
    try {
      return resultStream(fileId, HttpCalls.call(request), opened);
    } catch (ProviderException e) {
      try {
        opened.body().close();
      } catch (IOException closing) {
        e.addSuppressed(closing);
      }
      throw e;
    }
  }

  @Override
  public FilePage listFiles(@Nullable String after, int limit) throws ProviderException {
    String path =
        "/files?purpose=batch&order=desc&limit="
            + limit
            + (after == null ? "" : "&after=" + encoded(after));
    FilePage page = get(path, json -> FileJson.page(json, limit));
    if (page.files().stream().anyMatch(file -> file.id().equals(after))) {
      throw turnsInACircle(path, "file");
    }
    return page;
  }

  @Override
  public void deleteFile(String fileId) throws ProviderException {
    HttpRequest request = http.request("/files/" + encoded(fileId)).DELETE().build();
    try {
      JsonNode reply =
          repeater.call(() -> http.json(request, settings.requestTimeout(), json -> json));
      LOG.debug("Deleted {}: {}", fileId, reply.path("deleted"));
    } catch (ProviderException e) {
      if (e.kind() != Kind.NOT_FOUND) {
        throw e;
      }
    }
  }

  /** Nothing to do: the HTTP client's threads end when it is no longer used. */
  @Override
  public void close() {}

  /** Where it calls; not with which key. */
  @Override
  public String toString() {
    return "OpenAiProvider[" + settings.baseUrl() + "]";
  }

  private InputStream resultStream(String fileId, String call, HttpCalls.Opened opened)
      throws ProviderException {
    HttpHeaders headers = opened.headers();
    boolean gzip = headers.firstValue("content-encoding").orElse("").equalsIgnoreCase("gzip");
    boolean endIsMarked =
        gzip
            || headers.firstValue("content-length").isPresent()
            || headers.firstValue("transfer-encoding").isPresent();
    // A body that ends with its connection looks whole when cut: the file's size tells.
    long bytes = endIsMarked ? -1 : size(fileId);
    InputStream stream = new ResultStream(opened.body(), call, bytes, settings.idleTimeout());
    try {
      return gzip ? new GZIPInputStream(stream, 1 << 16) : stream;
    } catch (IOException e) {
      throw new ProviderException(
          Kind.NO_REPLY, 200, null, null, call + " brought no gzip data, as it said", e);
    }
  }

  private long size(String fileId) throws ProviderException {
    JsonNode file = get("/files/" + encoded(fileId), OpenAiProvider::withId);
    Long bytes = Json.number(file, "bytes");
    return bytes == null ? -1 : bytes;
  }

  private <T> T get(String path, Function<JsonNode, @Nullable T> reader) throws ProviderException {
    HttpRequest request = http.request(path).GET().build();
    return repeater.call(() -> http.json(request, settings.requestTimeout(), reader));
  }

  private static @Nullable JsonNode withId(JsonNode json) {
    return Json.text(json, "id") == null ? null : json;
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
