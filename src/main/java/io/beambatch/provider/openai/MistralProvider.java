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
import io.beambatch.provider.Sleeper;
import io.beambatch.provider.Submission;
import io.beambatch.provider.http.HttpCalls;
import io.beambatch.provider.http.OneShotBody;
import io.beambatch.provider.http.ProviderCalls;
import io.beambatch.provider.http.TokenPages;
import java.io.InputStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/** Calls Mistral's batch jobs API. Its files API is the same as OpenAI's. */
public final class MistralProvider implements BatchProvider {
  private static final int PAGE = 100;
  private static final int TIMEOUT_HOURS = 24;

  private final OpenAiSettings settings;
  private final Clock clock;
  private final ProviderCalls calls;
  private final HttpCalls http;
  private final OpenAiFiles files;
  private final MistralJobs jobs;
  private final TokenPages<Batch> batchPages;
  private final TokenPages<InputFile> filePages;

  MistralProvider(OpenAiSettings settings, Clock clock, Sleeper sleeper) {
    this.settings = settings;
    this.clock = clock;
    this.calls = settings.calls(clock, sleeper);
    this.http = calls.http();
    this.files = new OpenAiFiles(settings.profile().wire(), calls, clock, sleeper);
    this.jobs = new MistralJobs(http.safe(), clock);
    this.batchPages = new TokenPages<>("batches", Batch::id, Batch::createdAt, this::batchPage);
    this.filePages = new TokenPages<>("files", InputFile::id, InputFile::createdAt, this::filePage);
  }

  @Override
  public Capabilities capabilities() {
    return settings.profile().capabilities();
  }

  @Override
  public InputFile upload(Upload upload) throws ProviderException {
    return files.upload(upload);
  }

  @Override
  public Batch create(Submission submission) throws ProviderException {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.putArray("input_files").add(submission.inputFile());
    body.put("endpoint", submission.endpoint())
        .put("model", submission.model())
        .put("timeout_hours", TIMEOUT_HOURS);
    ObjectNode metadata = body.putObject("metadata");
    submission.labels().forEach(metadata::put);
    return calls.create(
        http.url("batch", "jobs"), OneShotBody.json(body.toString()), 0, jobs::batch);
  }

  @Override
  public BatchPage list(@Nullable String after, int limit) throws ProviderException {
    TokenPages.Page<Batch> page = batchPages.read(after, limit);
    return new BatchPage(page.things(), page.next() != null && !page.things().isEmpty());
  }

  private TokenPages.Page<Batch> batchPage(@Nullable String token) throws ProviderException {
    HttpUrl.Builder url = http.url("batch", "jobs").addQueryParameter("order_by", "-created");
    return calls.get(page(url, token), json -> page(json, token, jobs::batch));
  }

  @Override
  public FilePage listFiles(@Nullable String after, int limit) throws ProviderException {
    TokenPages.Page<InputFile> page = filePages.read(after, limit);
    return new FilePage(page.things(), page.next() != null && !page.things().isEmpty());
  }

  private TokenPages.Page<InputFile> filePage(@Nullable String token) throws ProviderException {
    HttpUrl.Builder url = http.url("files").addQueryParameter("purpose", "batch");
    return calls.get(
        page(url, token), json -> page(json, token, file -> FileJson.file(file, clock.instant())));
  }

  /** Pages are numbered from 0. */
  private static HttpUrl.Builder page(HttpUrl.Builder url, @Nullable String token) {
    return url.addQueryParameter("page", token == null ? "0" : token)
        .addQueryParameter("page_size", Integer.toString(PAGE));
  }

  private static <T> TokenPages.@Nullable Page<T> page(
      JsonNode json, @Nullable String token, Function<JsonNode, @Nullable T> reader) {
    JsonNode data = json.path("data");
    // For a workspace without jobs the list is missing.
    boolean none = data.isMissingNode() || data.isNull();
    if (!json.isObject() || !(data.isArray() || none)) {
      return null;
    }
    List<T> things = new ArrayList<>();
    for (JsonNode entry : data) {
      T thing = reader.apply(entry);
      if (thing != null) {
        things.add(thing);
      }
    }
    int number = token == null ? 0 : Integer.parseInt(token);
    return new TokenPages.Page<>(things, data.size() < PAGE ? null : Integer.toString(number + 1));
  }

  @Override
  public Batch get(String batchId) throws ProviderException {
    return calls.get(http.url("batch", "jobs", batchId), jobs::batch);
  }

  @Override
  public Batch cancel(String batchId) throws ProviderException {
    return calls.cancel(
        http.url("batch", "jobs", batchId, "cancel"),
        OneShotBody.json("{}"),
        jobs::batch,
        () -> get(batchId));
  }

  @Override
  public InputStream download(String fileId) throws ProviderException {
    return files.download(fileId);
  }

  @Override
  public void deleteFile(String fileId) throws ProviderException {
    files.delete(fileId);
  }

  @Override
  public void close() {
    calls.close();
  }

  /** Shows the address, not the key. */
  @Override
  public String toString() {
    return "MistralProvider[" + settings.baseUrl() + "]";
  }
}
