package io.beambatch.provider;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.http.DownloadStream;
import io.beambatch.provider.http.HttpCalls;
import io.beambatch.provider.http.OneShotBody;
import io.beambatch.provider.http.ReplyJson;
import io.beambatch.provider.http.Retries;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import java.util.zip.GZIPInputStream;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
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
  private final Retries retries;
  private final BatchJson batchJson;

  /**
   * @param clock for waits until a date
   * @param sleeper waits between tries
   */
  public OpenAiProvider(OpenAiSettings settings, Clock clock, Sleeper sleeper) {
    this.settings = settings;
    this.http = new HttpCalls(settings.api(), settings.timeouts(), settings.network(), clock);
    this.retries = new Retries(settings.backoff(), sleeper);
    this.batchJson = new BatchJson(http.safe(), clock);
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
        settings.timeouts().request().plusSeconds(upload.bytes() / SLOWEST_UPLOAD_BYTES_PER_SECOND);
    JsonNode file = retries.call(() -> uploadOnce(upload, timeout));
    Long kept = ReplyJson.number(file, "bytes");
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
    OneShotBody form = OneShotBody.form("batch", upload);
    Request request = http.request(http.url("files")).post(form).build();
    JsonNode file;
    try {
      file = http.json(request, timeout, OpenAiProvider::withId);
    } catch (ProviderException e) {
      // A cause is the content's; the connection's faults have none.
      if (e.kind() == Kind.NO_REPLY && !form.sent() && e.getCause() == null) {
        checkKey(e);
      }
      throw e;
    }
    if (!form.sent()) {
      throw new ProviderException(
          Kind.NO_REPLY,
          0,
          null,
          null,
          http.call(request) + " was answered before all of the file was sent",
          null);
    }
    return file;
  }

  /**
   * A server that refuses the key may hang up on a large upload, and its reply is then lost with
   * the connection. A small call brings it out before the upload is repeated in vain.
   */
  private void checkKey(ProviderException lost) throws ProviderException {
    try {
      http.json(
          http.request(http.url("batches").addQueryParameter("limit", "1")).build(),
          settings.timeouts().request(),
          json -> json);
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
        JsonNodeFactory.instance
            .objectNode()
            .put("input_file_id", inputFileId)
            .put("endpoint", endpoint)
            .put("completion_window", "24h");
    if (!metadata.isEmpty()) {
      ObjectNode pairs = body.putObject("metadata");
      metadata.forEach(pairs::put);
    }
    Request request =
        http.request(http.url("batches")).post(OneShotBody.json(body.toString())).build();
    return http.json(request, settings.timeouts().request(), batchJson::batch);
  }

  @Override
  public BatchPage list(@Nullable String after, int limit) throws ProviderException {
    HttpUrl.Builder url = page(http.url("batches"), after, limit);
    BatchPage page = get(url, json -> batchJson.page(json, limit));
    if (page.batches().stream().anyMatch(batch -> batch.id().equals(after))) {
      throw doesNotPage(url, "batch");
    }
    return page;
  }

  private static HttpUrl.Builder page(HttpUrl.Builder url, @Nullable String after, int limit) {
    url.addQueryParameter("limit", String.valueOf(limit));
    return after == null ? url : url.addQueryParameter("after", after);
  }

  /** Reading on would never end; stopping would miss some. */
  private ProviderException doesNotPage(HttpUrl.Builder url, String what) {
    return new ProviderException(
        Kind.INVALID_REQUEST,
        200,
        null,
        null,
        http.call(http.request(url).build())
            + " was answered with the page that the "
            + what
            + " itself is on: this server doesn't page by 'after', so that not all can be seen",
        null);
  }

  @Override
  public Batch get(String batchId) throws ProviderException {
    return get(http.url("batches", batchId), batchJson::batch);
  }

  @Override
  public Batch cancel(String batchId) throws ProviderException {
    Request request =
        http.request(http.url("batches", batchId, "cancel")).post(RequestBody.EMPTY).build();
    try {
      return retries.callWhereConflictIsAnAnswer(
          () -> http.json(request, settings.timeouts().request(), batchJson::batch));
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
    Request request =
        http.request(http.url("files", fileId, "content"))
            // Asked for here and not by OkHttp, so that what comes can be counted as it comes.
            .header("Accept-Encoding", "gzip")
            .build();
    Response response = retries.call(() -> http.open(request));
    try {
      return content(fileId, http.call(request), response);
    } catch (ProviderException e) {
      response.close();
      throw e;
    }
  }

  @Override
  public FilePage listFiles(@Nullable String after, int limit) throws ProviderException {
    HttpUrl.Builder files =
        http.url("files").addQueryParameter("purpose", "batch").addQueryParameter("order", "desc");
    HttpUrl.Builder url = page(files, after, limit);
    FilePage page = get(url, json -> FileJson.page(json, limit));
    if (page.files().stream().anyMatch(file -> file.id().equals(after))) {
      throw doesNotPage(url, "file");
    }
    return page;
  }

  @Override
  public void deleteFile(String fileId) throws ProviderException {
    Request request = http.request(http.url("files", fileId)).delete().build();
    try {
      JsonNode reply =
          retries.call(() -> http.json(request, settings.timeouts().request(), json -> json));
      LOG.debug("Deleted {}: {}", fileId, reply.path("deleted"));
    } catch (ProviderException e) {
      if (e.kind() != Kind.NOT_FOUND) {
        throw e;
      }
    }
  }

  @Override
  public void close() {
    http.close();
  }

  /** Where it calls; not with which key. */
  @Override
  public String toString() {
    return "OpenAiProvider[" + settings.baseUrl() + "]";
  }

  private InputStream content(String fileId, String call, Response response)
      throws ProviderException {
    boolean gzip = "gzip".equalsIgnoreCase(response.header("Content-Encoding"));
    boolean endIsMarked =
        gzip
            || response.header("Content-Length") != null
            || response.header("Transfer-Encoding") != null;
    // A body that ends with its connection looks whole when cut: the file's size tells.
    long bytes = endIsMarked ? -1 : size(fileId);
    InputStream stream = new DownloadStream(response, call, bytes, settings.timeouts().idle());
    try {
      return gzip ? new GZIPInputStream(stream, 1 << 16) : stream;
    } catch (IOException e) {
      throw new ProviderException(
          Kind.NO_REPLY, 200, null, null, call + " brought no gzip data, as it said", e);
    }
  }

  private long size(String fileId) throws ProviderException {
    JsonNode file = get(http.url("files", fileId), OpenAiProvider::withId);
    Long bytes = ReplyJson.number(file, "bytes");
    return bytes == null ? -1 : bytes;
  }

  private <T> T get(HttpUrl.Builder url, Function<JsonNode, @Nullable T> reader)
      throws ProviderException {
    Request request = http.request(url).build();
    return retries.call(() -> http.json(request, settings.timeouts().request(), reader));
  }

  private static @Nullable JsonNode withId(JsonNode json) {
    return ReplyJson.text(json, "id") == null ? null : json;
  }
}
