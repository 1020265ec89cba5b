package io.beambatch.provider.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchPage;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.Capabilities;
import io.beambatch.provider.InputFile;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.ReplyHead;
import io.beambatch.provider.Sleeper;
import io.beambatch.provider.Submission;
import io.beambatch.provider.http.HttpCalls;
import io.beambatch.provider.http.OneShotBody;
import io.beambatch.provider.http.ProviderCalls;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls OpenRouter's batch API. The requests are streamed as the body of the create call. */
public final class OpenRouterProvider implements BatchProvider {
  private static final Logger LOG = LoggerFactory.getLogger(OpenRouterProvider.class);

  private final OpenAiSettings settings;
  private final ProviderCalls calls;
  private final HttpCalls http;
  private final BatchJson json;

  OpenRouterProvider(OpenAiSettings settings, Clock clock, Sleeper sleeper) {
    this.settings = settings;
    this.calls = settings.calls(clock, sleeper);
    this.http = calls.http();
    this.json = new BatchJson(http.safe(), clock);
  }

  @Override
  public Capabilities capabilities() {
    return settings.profile().capabilities();
  }

  /** Nothing to upload: the create call carries the requests. */
  @Override
  public InputFile upload(Upload upload) {
    throw new UnsupportedOperationException("batches are created of their requests");
  }

  /** The requests come last: the API reads the body as it arrives. */
  @Override
  public Batch create(Submission submission) throws ProviderException {
    ObjectNode head =
        JsonNodeFactory.instance
            .objectNode()
            .put("endpoint", submission.endpoint())
            .put("model", submission.model())
            .put("completion_window", "24h");
    String before = head.toString();
    Upload lines = submission.requests();
    return calls.create(
        http.url("batches"),
        OneShotBody.ofLines(
            before.substring(0, before.length() - 1) + ",\"requests\":[", lines, "]}"),
        lines.bytes(),
        this::batch);
  }

  @Override
  public BatchPage list(@Nullable String after, int limit) throws ProviderException {
    HttpUrl.Builder url = http.url("batches").addQueryParameter("limit", String.valueOf(limit));
    BatchPage page = calls.page(url, "after", after, reply -> json.page(reply, after, limit));
    return new BatchPage(
        page.batches().stream().map(OpenRouterProvider::withResults).toList(), page.hasMore());
  }

  /**
   * For a batch that has ended, the reply contains all results; they are skipped as they arrive.
   */
  @Override
  public Batch get(String batchId) throws ProviderException {
    Request request = http.request(http.url("batches", batchId)).build();
    return calls
        .retries()
        .call(
            () -> {
              try (Response reply = http.open(request)) {
                Batch batch = batch(withoutResults(reply.body().byteStream()));
                if (batch != null) {
                  return batch;
                }
              } catch (IOException e) {
                // No cause: it may quote the reply.
              }
              throw new ProviderException(
                  Kind.NO_REPLY,
                  ReplyHead.of(200),
                  http.call(request) + " was answered with something other than a whole batch");
            });
  }

  private static JsonNode withoutResults(InputStream reply) throws IOException {
    ObjectNode batch = JsonNodeFactory.instance.objectNode();
    try (JsonParser in = ResultPages.JSON.createParser(reply)) {
      if (in.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("no object");
      }
      String field;
      while ((field = in.nextFieldName()) != null) {
        in.nextToken();
        if (field.equals("results")) {
          in.skipChildren();
        } else {
          batch.set(field, in.readValueAsTree());
        }
      }
      if (in.currentToken() != JsonToken.END_OBJECT) {
        throw new IOException("not whole");
      }
    }
    return batch;
  }

  private @Nullable Batch batch(JsonNode reply) {
    // OpenRouter has one error where others have a list.
    JsonNode error = reply.path("error");
    if (reply instanceof ObjectNode object && (error.isObject() || error.isTextual())) {
      object.putArray("errors").add(error);
    }
    Batch batch = json.batch(reply);
    return batch == null ? null : withResults(batch);
  }

  /** The results of a batch that has ended are found by its id. */
  private static Batch withResults(Batch batch) {
    boolean ended = batch.status().ended();
    return new Batch(
        batch.id(),
        batch.status(),
        batch.endpoint(),
        "",
        ended ? batch.id() : null,
        null,
        batch.createdAt(),
        batch.total(),
        batch.completed(),
        batch.failed(),
        batch.errors(),
        batch.metadata(),
        ended);
  }

  /** The API can't cancel: a batch runs to its end. */
  @Override
  public Batch cancel(String batchId) throws ProviderException {
    Batch batch = get(batchId);
    if (!batch.status().ended()) {
      LOG.warn("OpenRouter can't cancel batches: {} continues to its end", batchId);
    }
    return batch;
  }

  @Override
  public InputStream download(String batchId) throws ProviderException {
    ResultPages pages =
        new ResultPages(
            cursor -> {
              HttpUrl.Builder url =
                  http.url("batches", batchId, "results")
                      .addQueryParameter("limit", Integer.toString(ResultPages.SIZE));
              if (cursor != null) {
                url.addQueryParameter("cursor", cursor);
              }
              Request request = http.request(url).build();
              return calls.open(request);
            });
    pages.begin();
    return pages;
  }

  /** Deletes the batch and its results, which would otherwise be kept for a month. */
  @Override
  public void discard(@Nullable String inputFileId, @Nullable String batchId)
      throws ProviderException {
    if (batchId != null) {
      calls.delete(http.url("batches", batchId));
    }
  }

  @Override
  public void close() {
    calls.close();
  }

  /** Shows the address, not the key. */
  @Override
  public String toString() {
    return "OpenRouterProvider[" + settings.baseUrl() + "]";
  }
}
