package io.beambatch.provider.gemini;

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
import io.beambatch.provider.ReplyHead;
import io.beambatch.provider.Sleeper;
import io.beambatch.provider.Submission;
import io.beambatch.provider.http.DownloadStream;
import io.beambatch.provider.http.HttpCalls;
import io.beambatch.provider.http.OneShotBody;
import io.beambatch.provider.http.ProviderCalls;
import io.beambatch.provider.http.ReplyJson;
import io.beambatch.provider.http.TokenPages;
import java.io.InputStream;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Calls Gemini's files and batches API. The submission's key is the batch's display name, which the
 * list of batches shows. According to Google's documentation, the same creation sent twice makes
 * two batches.
 */
public final class GeminiProvider implements BatchProvider {
  static final String VERSION = "v1beta";

  /** The page size that one call allows. */
  private static final int MOST_LISTED = 100;

  private final GeminiSettings settings;
  private final Clock clock;
  private final ProviderCalls calls;
  private final HttpCalls http;
  private final Operations operations;
  private final TokenPages<Batch> batches;
  private final TokenPages<InputFile> files;

  GeminiProvider(GeminiSettings settings, Clock clock, Sleeper sleeper) {
    this.settings = settings;
    this.clock = clock;
    this.calls =
        new ProviderCalls(
            settings.api(),
            new ProviderCalls.Connection(settings.timeouts(), settings.network()),
            settings.backoff(),
            clock,
            sleeper);
    this.http = calls.http();
    this.operations = new Operations(http.safe(), clock);
    this.batches = new TokenPages<>("batches", Batch::id, Batch::createdAt, this::batchPage);
    this.files = new TokenPages<>("files", InputFile::id, InputFile::createdAt, this::filePage);
  }

  @Override
  public Capabilities capabilities() {
    return GeminiApi.INSTANCE.capabilities();
  }

  @Override
  public InputFile upload(Upload upload) throws ProviderException {
    JsonNode file = new ResumableUpload(calls).send(upload);
    return Objects.requireNonNull(inputFile(file));
  }

  @Override
  public Batch create(Submission submission) throws ProviderException {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    ObjectNode batch = body.putObject("batch").put("display_name", submission.key());
    batch.putObject("input_config").put("file_name", submission.inputFile());
    String model = submission.model().replaceFirst("^models/", "");
    String method = GeminiEndpoint.of(submission.endpoint()).create();
    try {
      return calls.create(
          http.url(VERSION, "models", model + ":" + method),
          OneShotBody.json(body.toString()),
          0,
          operations::batch);
    } catch (ProviderException e) {
      String said = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
      boolean file = said.contains("file") && !said.contains("is not found for api version");
      throw e.kind() == Kind.NOT_FOUND && file
          ? new ProviderException(
              Kind.FILE_NOT_READY,
              new ReplyHead(e.status(), e.code(), e.requestId(), e.retryAfter()),
              String.valueOf(e.getMessage()))
          : e;
    }
  }

  @Override
  public BatchPage list(@Nullable String after, int limit) throws ProviderException {
    TokenPages.Page<Batch> page = batches.read(after, limit);
    return new BatchPage(page.things(), page.next() != null && !page.things().isEmpty());
  }

  private TokenPages.Page<Batch> batchPage(@Nullable String token) throws ProviderException {
    return calls.get(
        page(http.url(VERSION, "batches"), token),
        json -> page(json, "operations", operations::batch));
  }

  @Override
  public FilePage listFiles(@Nullable String after, int limit) throws ProviderException {
    TokenPages.Page<InputFile> page = files.read(after, limit);
    return new FilePage(page.things(), page.next() != null && !page.things().isEmpty());
  }

  private TokenPages.Page<InputFile> filePage(@Nullable String token) throws ProviderException {
    return calls.get(
        page(http.url(VERSION, "files"), token), json -> page(json, "files", this::inputFile));
  }

  private static HttpUrl.Builder page(HttpUrl.Builder url, @Nullable String token) {
    url.addQueryParameter("pageSize", Integer.toString(MOST_LISTED));
    return token == null ? url : url.addQueryParameter("pageToken", token);
  }

  /** Google omits the field of an empty list. */
  private static <T> TokenPages.@Nullable Page<T> page(
      JsonNode json, String field, Function<JsonNode, @Nullable T> reader) {
    if (!json.isObject() || (json.has(field) && !json.path(field).isArray())) {
      return null;
    }
    List<T> things = new ArrayList<>();
    for (JsonNode entry : json.path(field)) {
      T thing = reader.apply(entry);
      if (thing != null) {
        things.add(thing);
      }
    }
    return new TokenPages.Page<>(things, ReplyJson.text(json, "nextPageToken"));
  }

  /** A file, or null if the object has no name. */
  private @Nullable InputFile inputFile(JsonNode file) {
    String name = ReplyJson.id(file, "name");
    if (name == null || !Names.isFile(name)) {
      return null;
    }
    String shown = ReplyJson.text(file, "displayName");
    Instant created = Instant.EPOCH;
    try {
      Instant said = Instant.parse(String.valueOf(ReplyJson.text(file, "createTime")));
      created = said.isAfter(clock.instant()) ? clock.instant() : said;
    } catch (DateTimeException notATime) {
      // Treated as missing.
    }
    return new InputFile(name, shown == null ? "" : shown, created);
  }

  @Override
  public Batch get(String batchId) throws ProviderException {
    return calls.get(http.url(VERSION, "batches", Names.id(batchId)), operations::batch);
  }

  /** The reply to a cancel call is empty, so the batch is read afterwards. */
  @Override
  public Batch cancel(String batchId) throws ProviderException {
    Request request =
        http.request(http.url(VERSION, "batches", Names.id(batchId) + ":cancel"))
            .post(OneShotBody.json("{}"))
            .build();
    try {
      calls
          .retries()
          .callWhereConflictIsAnAnswer(
              () -> http.json(request, settings.timeouts().request(), json -> json));
    } catch (ProviderException e) {
      Batch batch = e.kind() == Kind.NOT_FOUND ? null : get(batchId);
      if (batch == null || !batch.status().ended()) {
        throw e;
      }
      return batch;
    }
    return get(batchId);
  }

  @Override
  public InputStream download(String fileId) throws ProviderException {
    HttpUrl.Builder url =
        http.url("download", VERSION, "files", Names.id(fileId) + ":download")
            .addQueryParameter("alt", "media");
    Request request = http.request(url).header("Accept-Encoding", "identity").build();
    try {
      Response response = calls.open(request);
      boolean endIsMarked =
          response.header("Content-Length") != null || response.header("Transfer-Encoding") != null;
      // A body that ends with its connection looks complete when cut off: the file's size is
      // needed.
      long bytes = endIsMarked ? -1 : size(fileId);
      return new DownloadStream(response, http.call(request), bytes, settings.timeouts().idle());
    } catch (ProviderException e) {
      throw isGone(e)
          ? new ProviderException(
              Kind.NOT_FOUND,
              new ReplyHead(404, e.code(), e.requestId(), null),
              e.getMessage() + "; results are kept for 48 hours")
          : e;
    }
  }

  private long size(String fileId) throws ProviderException {
    JsonNode file = calls.get(http.url(VERSION, "files", Names.id(fileId)), json -> json);
    Long bytes = ReplyJson.number(file, "sizeBytes");
    return bytes == null ? -1 : bytes;
  }

  @Override
  public void deleteFile(String fileId) throws ProviderException {
    delete(http.url(VERSION, "files", Names.id(fileId)));
  }

  /** Files expire by themselves after 48 hours; a batch would stay in the list. */
  @Override
  public void discard(@Nullable String inputFileId, @Nullable String batchId)
      throws ProviderException {
    if (inputFileId != null) {
      deleteFile(inputFileId);
    }
    if (batchId != null) {
      delete(http.url(VERSION, "batches", Names.id(batchId)));
    }
  }

  private void delete(HttpUrl.Builder url) throws ProviderException {
    try {
      calls.delete(url);
    } catch (ProviderException e) {
      if (!isGone(e)) {
        throw e;
      }
    }
  }

  /** Files that are gone, and those of others, give 403. */
  private static boolean isGone(ProviderException e) {
    return e.kind() == Kind.NOT_FOUND
        || (e.status() == 403 && String.valueOf(e.getMessage()).contains("may not exist"));
  }

  @Override
  public void close() {
    calls.close();
  }

  /** Shows the address, not the key. */
  @Override
  public String toString() {
    return "GeminiProvider[" + settings.baseUrl() + "]";
  }
}
