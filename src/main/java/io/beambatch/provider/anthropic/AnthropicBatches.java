package io.beambatch.provider.anthropic;

import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchPage;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.Capabilities;
import io.beambatch.provider.InputFile;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.Submission;
import io.beambatch.provider.http.ApiAddress;
import io.beambatch.provider.http.DownloadStream;
import io.beambatch.provider.http.OneShotBody;
import io.beambatch.provider.http.ProviderCalls;
import java.io.InputStream;
import java.time.Clock;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.RequestBody;
import org.jspecify.annotations.Nullable;

/**
 * Calls Anthropic's Message Batches API. The requests are streamed as the body of the create call,
 * with a known length, so that no batch is ever in memory.
 */
public final class AnthropicBatches implements BatchProvider {
  private final ApiAddress api;
  private final ProviderCalls calls;
  private final MessageBatchJson json;

  AnthropicBatches(ApiAddress api, ProviderCalls calls, Clock clock) {
    this.api = api;
    this.calls = calls;
    this.json = new MessageBatchJson(calls.http().safe(), clock);
  }

  @Override
  public Capabilities capabilities() {
    return AnthropicApi.CAPABILITIES;
  }

  /** Nothing to upload: the create call carries the requests. */
  @Override
  public InputFile upload(Upload upload) {
    throw new UnsupportedOperationException("batches are created of their requests");
  }

  @Override
  public Batch create(Submission submission) throws ProviderException {
    Upload lines = submission.requests();
    return calls.create(
        url(), OneShotBody.ofLines("{\"requests\":[", lines, "]}"), lines.bytes(), json::batch);
  }

  @Override
  public BatchPage list(@Nullable String after, int limit) throws ProviderException {
    HttpUrl.Builder url = url().addQueryParameter("limit", String.valueOf(limit));
    return calls.page(url, "after_id", after, json::page);
  }

  @Override
  public Batch get(String batchId) throws ProviderException {
    return calls.get(url(batchId), json::batch);
  }

  @Override
  public Batch cancel(String batchId) throws ProviderException {
    return calls.cancel(url(batchId, "cancel"), RequestBody.EMPTY, json::batch, () -> get(batchId));
  }

  @Override
  public InputStream download(String batchId) throws ProviderException {
    Request request =
        calls
            .http()
            .request(url(batchId, "results"))
            .header("Accept", "application/binary")
            .build();
    return DownloadStream.whole(
        calls.open(request), calls.http().call(request), calls.timeouts().idle());
  }

  /** Deletes the batch and its results, which would otherwise be kept for a month. */
  @Override
  public void discard(@Nullable String inputFileId, @Nullable String batchId)
      throws ProviderException {
    if (batchId != null) {
      calls.delete(url(batchId));
    }
  }

  @Override
  public void close() {
    calls.close();
  }

  /** Shows the address, not the key. */
  @Override
  public String toString() {
    return "AnthropicBatches[" + api + "]";
  }

  private HttpUrl.Builder url(String... more) {
    HttpUrl.Builder url = calls.http().url("v1", "messages", "batches");
    for (String segment : more) {
      url.addPathSegment(segment);
    }
    return url;
  }
}
