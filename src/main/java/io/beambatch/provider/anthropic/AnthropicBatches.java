package io.beambatch.provider.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchPage;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.Capabilities;
import io.beambatch.provider.FilePage;
import io.beambatch.provider.InputFile;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.ReplyHead;
import io.beambatch.provider.Submission;
import io.beambatch.provider.http.ApiAddress;
import io.beambatch.provider.http.DownloadStream;
import io.beambatch.provider.http.HttpCalls;
import io.beambatch.provider.http.Network;
import io.beambatch.provider.http.OneShotBody;
import io.beambatch.provider.http.Retries;
import io.beambatch.provider.http.Timeouts;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Calls Anthropic's Message Batches API. The requests are streamed as the body of the creation,
 * with their length known, so that no batch is ever in memory.
 */
public final class AnthropicBatches implements BatchProvider {
  private final ApiAddress api;
  private final Timeouts timeouts;
  private final HttpCalls http;
  private final Retries retries;
  private final BatchJson json;

  AnthropicBatches(
      ApiAddress api, Timeouts timeouts, Network network, Retries retries, Clock clock) {
    this.api = api;
    this.timeouts = timeouts;
    this.retries = retries;
    this.http = new HttpCalls(api, timeouts, network, clock);
    this.json = new BatchJson(http.safe(), clock);
  }

  @Override
  public Capabilities capabilities() {
    return AnthropicApi.CAPABILITIES;
  }

  /** There is nothing to upload: the creation carries the requests. */
  @Override
  public InputFile upload(Upload upload) {
    throw new UnsupportedOperationException("batches are created of their requests");
  }

  @Override
  public Batch create(Submission submission) throws ProviderException {
    Upload lines = submission.requests();
    Duration timeout = timeouts.request().plus(Timeouts.ofSending(lines.bytes()));
    Request request =
        http.request(url()).post(OneShotBody.ofLines("{\"requests\":[", lines, "]}")).build();
    return http.json(request, timeout, json::batch);
  }

  @Override
  public BatchPage list(@Nullable String after, int limit) throws ProviderException {
    HttpUrl.Builder url = url().addQueryParameter("limit", String.valueOf(limit));
    if (after != null) {
      url.addQueryParameter("after_id", after);
    }
    BatchPage page = get(url, json::page);
    if (page.batches().stream().anyMatch(batch -> batch.id().equals(after))) {
      throw new ProviderException(
          Kind.INVALID_REQUEST,
          ReplyHead.of(200),
          http.call(http.request(url).build())
              + " was answered with the page that the batch itself is on: this server doesn't page"
              + " by 'after_id', so that not all can be seen");
    }
    return page;
  }

  @Override
  public Batch get(String batchId) throws ProviderException {
    return get(url(batchId), json::batch);
  }

  @Override
  public Batch cancel(String batchId) throws ProviderException {
    Request request = http.request(url(batchId, "cancel")).post(RequestBody.EMPTY).build();
    try {
      return retries.callWhereConflictIsAnAnswer(
          () -> http.json(request, timeouts.request(), json::batch));
    } catch (ProviderException e) {
      if (e.kind() != Kind.CONFLICT && e.status() != 400) {
        throw e;
      }
      // It may have ended meanwhile, which is refused in one way or another.
      Batch batch = get(batchId);
      if (batch.status().ended()) {
        return batch;
      }
      throw e;
    }
  }

  @Override
  public InputStream download(String batchId) throws ProviderException {
    Request request =
        http.request(url(batchId, "results")).header("Accept", "application/binary").build();
    Response response = retries.call(() -> http.open(request));
    return DownloadStream.whole(response, http.call(request), timeouts.idle());
  }

  @Override
  public FilePage listFiles(@Nullable String after, int limit) {
    return new FilePage(List.of(), false);
  }

  /** There are no files of ours. */
  @Override
  public void deleteFile(String fileId) {}

  /** Deletes the batch with its results, which would stay for a month. */
  @Override
  public void discard(@Nullable String inputFileId, @Nullable String batchId)
      throws ProviderException {
    if (batchId == null) {
      return;
    }
    Request request = http.request(url(batchId)).delete().build();
    try {
      retries.call(() -> http.json(request, timeouts.request(), reply -> reply));
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
    return "AnthropicBatches[" + api + "]";
  }

  private HttpUrl.Builder url(String... more) {
    HttpUrl.Builder url = http.url("v1", "messages", "batches");
    for (String segment : more) {
      url.addPathSegment(segment);
    }
    return url;
  }

  private <T> T get(HttpUrl.Builder url, Function<JsonNode, @Nullable T> reader)
      throws ProviderException {
    Request request = http.request(url).build();
    return retries.call(() -> http.json(request, timeouts.request(), reader));
  }
}
