package io.beambatch.provider.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchPage;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.Capabilities;
import io.beambatch.provider.FilePage;
import io.beambatch.provider.InputFile;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.ProviderSettingsException;
import io.beambatch.provider.ReplyHead;
import io.beambatch.provider.Sleeper;
import io.beambatch.provider.Submission;
import io.beambatch.provider.http.DownloadStream;
import io.beambatch.provider.http.HttpCalls;
import io.beambatch.provider.http.OneShotBody;
import io.beambatch.provider.http.ReplyJson;
import io.beambatch.provider.http.Retries;
import io.beambatch.provider.http.Timeouts;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.apache.beam.sdk.util.BackOff;
import org.apache.beam.sdk.util.FluentBackoff;
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
  /** OpenAI's own; compatible servers allow the same or less, which the job file then says. */
  public static final Capabilities CAPABILITIES =
      new Capabilities(
          "openai",
          Capabilities.Creation.UPLOADED_FILE,
          Capabilities.OrphanSearch.METADATA,
          new Capabilities.Limits(1, 50_000, 200L << 20),
          Pattern.compile("[A-Za-z0-9_-]{1,64}"),
          Capabilities.QueueUnit.TOKENS,
          Duration.ofHours(24),
          Duration.ofDays(30),
          Duration.ofSeconds(30),
          true,
          false,
          new BigDecimal("0.5"));

  private static final Logger LOG = LoggerFactory.getLogger(OpenAiProvider.class);

  /** How Azure calls files that batches can't be made of yet. */
  private static final Set<String> UNPROCESSED = Set.of("pending", "running");

  private static final Duration PROCESSING_TIME = Duration.ofMinutes(10);
  private static final FluentBackoff PROCESSING =
      FluentBackoff.DEFAULT
          .withInitialBackoff(org.joda.time.Duration.standardSeconds(1))
          .withMaxBackoff(org.joda.time.Duration.standardSeconds(15))
          .withMaxCumulativeBackoff(org.joda.time.Duration.millis(PROCESSING_TIME.toMillis()));

  private final OpenAiSettings settings;
  private final Profile.Wire wire;
  private final Clock clock;
  private final Sleeper sleeper;
  private final HttpCalls http;
  private final Retries retries;
  private final BatchJson batchJson;

  /**
   * @param clock for waits until a date
   * @param sleeper waits between tries
   */
  OpenAiProvider(OpenAiSettings settings, Clock clock, Sleeper sleeper) {
    this.settings = settings;
    this.wire = settings.profile().wire();
    this.clock = clock;
    this.sleeper = sleeper;
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
    return connect(baseUrl, Map.of(), environment);
  }

  /**
   * The same, with headers of the job's own in every call.
   *
   * @throws ProviderSettingsException if there is no key, or a value can't be used
   */
  public static OpenAiProvider connect(
      @Nullable String baseUrl, Map<String, String> headers, Map<String, String> environment)
      throws ProviderSettingsException {
    return connect(Profiles.OPENAI, baseUrl, headers, environment);
  }

  /** The same, of another provider. */
  static OpenAiProvider connect(
      Profile profile,
      @Nullable String baseUrl,
      Map<String, String> headers,
      Map<String, String> environment)
      throws ProviderSettingsException {
    return new OpenAiProvider(
        OpenAiSettings.from(profile, baseUrl, environment).withHeaders(headers),
        Clock.systemUTC(),
        Sleeper.SYSTEM);
  }

  @Override
  public InputFile upload(Upload upload) throws ProviderException {
    Duration timeout = settings.timeouts().request().plus(Timeouts.ofSending(upload.bytes()));
    JsonNode file = processed(retries.call(() -> uploadOnce(upload, timeout)));
    Long kept = ReplyJson.number(file, "bytes");
    if (kept != null && kept != upload.bytes()) {
      LOG.warn(
          "The provider says that {} has {} bytes; {} were sent",
          upload.name(),
          kept,
          upload.bytes());
    }
    return Objects.requireNonNull(FileJson.file(file, clock.instant()));
  }

  /**
   * Waits for a file that the provider has taken and not yet looked at: Azure refuses batches of
   * such files. OpenAI's {@code uploaded} is ready.
   */
  private JsonNode processed(JsonNode uploaded) throws ProviderException {
    JsonNode file = uploaded;
    String id = Objects.requireNonNull(ReplyJson.id(file, "id"));
    BackOff looks = PROCESSING.backoff();
    while (true) {
      String status = String.valueOf(ReplyJson.text(file, "status")).toLowerCase(Locale.ROOT);
      if (status.equals("error")) {
        throw new ProviderException(
            Kind.INVALID_REQUEST,
            ReplyHead.of(200),
            "The provider can't use the uploaded file "
                + id
                + ": "
                + http.safe().of(String.valueOf(ReplyJson.text(file, "status_details"))));
      }
      if (!UNPROCESSED.contains(status)) {
        return file;
      }
      long wait = looks.nextBackOffMillis();
      if (wait == BackOff.STOP) {
        throw new ProviderException(
            Kind.UNAVAILABLE,
            ReplyHead.of(200),
            "The uploaded file "
                + id
                + " is still '"
                + status
                + "' after "
                + PROCESSING_TIME.toMinutes()
                + " minutes");
      }
      try {
        sleeper.sleep(Duration.ofMillis(wait));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ProviderException(
            Kind.NO_REPLY, ReplyHead.NONE, "Interrupted while file " + id + " was processed");
      }
      file = get(http.url("files", id), OpenAiProvider::withId);
    }
  }

  private JsonNode uploadOnce(Upload upload, Duration timeout) throws ProviderException {
    OneShotBody form = OneShotBody.form(wire.purpose(), upload);
    Request request =
        http.request(http.url(wire.uploadPath().toArray(String[]::new))).post(form).build();
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
          ReplyHead.NONE,
          http.call(request) + " was answered before all of the file was sent");
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
  public Capabilities capabilities() {
    return settings.profile().capabilities();
  }

  @Override
  public Batch create(Submission submission) throws ProviderException {
    return create(submission.inputFile(), submission.endpoint(), submission.labels());
  }

  Batch create(String inputFileId, String endpoint, Map<String, String> metadata)
      throws ProviderException {
    ObjectNode body =
        JsonNodeFactory.instance
            .objectNode()
            .put("input_file_id", inputFileId)
            .put("endpoint", endpoint)
            .put("completion_window", wire.window());
    if (!metadata.isEmpty() && wire.metadata()) {
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
    BatchPage page = get(url, json -> batchJson.page(json, after, limit));
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
        ReplyHead.of(200),
        http.call(http.request(url).build())
            + " was answered with the page that the "
            + what
            + " itself is on: this server doesn't page by 'after', so that not all can be seen");
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
        http.url("files")
            .addQueryParameter("purpose", wire.purpose())
            .addQueryParameter("order", "desc");
    HttpUrl.Builder url = page(files, after, limit);
    FilePage page = get(url, json -> FileJson.page(json, after, limit, clock.instant()));
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
          Kind.NO_REPLY, ReplyHead.of(200), call + " brought no gzip data, as it said", e);
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
    return ReplyJson.id(json, "id") == null ? null : json;
  }
}
