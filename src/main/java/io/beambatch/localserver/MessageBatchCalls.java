package io.beambatch.localserver;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The calls of Anthropic's Message Batches API. */
final class MessageBatchCalls {
  private static final BatchFormat FORMAT = BatchFormat.ANTHROPIC;
  private static final int USUALLY_LISTED = 20;
  private static final int MOST_LISTED = 1_000;

  /** For all models together, on the lowest tier. */
  private static final long ENQUEUED_REQUESTS = 200_000;

  private final PostedBatches posted;
  private final Backend backend;

  MessageBatchCalls(Backend backend) {
    this.posted = new PostedBatches(FORMAT, backend);
    this.backend = backend;
  }

  void create(Context call) throws IOException, ApiException {
    BatchState batch = posted.create(call, Set.of(), this::order);
    Replies.json(call, shown(batch, call));
    backend.scheduler().run(batch);
  }

  private BatchOrder order(RequestsBody.Posted body, String inputFileId) throws ApiException {
    allow(body.requests());
    return new BatchOrder(
        inputFileId,
        BatchEndpoint.MESSAGES,
        ServerJson.MAPPER.nullNode(),
        FORMAT.traits().resultsKept().toSeconds(),
        null,
        body.requests(),
        FORMAT);
  }

  private void allow(int requests) throws ApiException {
    Long set = backend.settings().enqueuedRequestLimit();
    long limit = set == null ? ENQUEUED_REQUESTS : set;
    if (backend.store().enqueuedRequests(FORMAT) + requests > limit) {
      throw new ApiException(
          ApiError.rateLimit(
              "This request would exceed your organization's limit of %d requests in the batch processing queue."
                  .formatted(limit)));
    }
  }

  void list(Context call) throws ApiException {
    String after = call.queryParam("after_id");
    String before = call.queryParam("before_id");
    if (after != null && before != null) {
      throw new ApiException(
          ApiError.of(400, "after_id and before_id can't be used at the same time", null));
    }
    int limit = limit(call.queryParam("limit"));
    ListPage.Page<BatchState> page;
    List<BatchState> batches;
    if (before != null) {
      page =
          backend
              .store()
              .list(new ListPage(find(before).ordinal(), limit, ListPage.Order.ASC), FORMAT);
      batches = new ArrayList<>(page.things());
      Collections.reverse(batches);
    } else {
      Long last = after == null ? null : Long.valueOf(find(after).ordinal());
      page = backend.store().list(new ListPage(last, limit, ListPage.Order.DESC), FORMAT);
      batches = page.things();
    }
    ObjectNode reply = ServerJson.object();
    ArrayNode data = reply.putArray("data");
    batches.forEach(batch -> data.add(shown(batch, call)));
    reply.put("has_more", page.more());
    reply.put("first_id", batches.isEmpty() ? null : batches.get(0).id());
    reply.put("last_id", batches.isEmpty() ? null : batches.get(batches.size() - 1).id());
    Replies.json(call, reply);
  }

  private static int limit(@Nullable String text) throws ApiException {
    if (text == null) {
      return USUALLY_LISTED;
    }
    if (!text.matches("\\d{1,9}")
        || Integer.parseInt(text) < 1
        || Integer.parseInt(text) > MOST_LISTED) {
      throw new ApiException(
          ApiError.of(400, "limit: Input should be between 1 and " + MOST_LISTED, null));
    }
    return Integer.parseInt(text);
  }

  void retrieve(Context call) throws ApiException {
    Replies.json(call, shown(find(call.pathParam("id")), call));
  }

  void cancel(Context call) throws IOException, ApiException {
    BatchState batch = find(call.pathParam("id"));
    if (!backend.cancel(batch) && batch.status().ended()) {
      throw new ApiException(
          ApiError.of(
              400, "Batch " + batch.id() + " cannot be canceled because it has ended.", null));
    }
    Replies.json(call, shown(batch, call));
  }

  void delete(Context call) throws IOException, ApiException {
    BatchState batch = find(call.pathParam("id"));
    if (!batch.status().ended()) {
      throw new ApiException(
          ApiError.of(
              400,
              "Batch "
                  + batch.id()
                  + " cannot be deleted because it is still in progress. Cancel it first.",
              null));
    }
    posted.delete(batch);
    Replies.json(
        call, ServerJson.object().put("id", batch.id()).put("type", "message_batch_deleted"));
  }

  void results(Context call) throws IOException, ApiException {
    BatchState batch = find(call.pathParam("id"));
    StoredFile results =
        backend
            .files()
            .find(String.valueOf(batch.text("output_file_id")))
            .orElseThrow(
                () ->
                    new ApiException(
                        ApiError.notFound(
                            batch.status().ended()
                                ? "The results of " + batch.id() + " are no longer available."
                                : "Batch "
                                    + batch.id()
                                    + " is still in progress. Wait for it to end.",
                            null)));
    Replies.file(call, results.bytes(), backend.files().content(results.id()));
    call.contentType("application/x-jsonl");
  }

  /** The batch object; counts appear at the end, as in the real API. */
  private ObjectNode shown(BatchState batch, Context call) {
    Instant now = backend.settings().clock().instant();
    Status status = batch.status();
    boolean ended = status.ended();
    Instant archived = batch.created().plus(FORMAT.traits().resultsKept());
    boolean gone = !now.isBefore(archived);
    ObjectNode shown =
        ServerJson.object()
            .put("id", batch.id())
            .put("type", "message_batch")
            .put(
                "processing_status",
                ended ? "ended" : status == Status.CANCELLING ? "canceling" : "in_progress");
    shown.set("request_counts", counts(batch, ended));
    shown
        .put("created_at", batch.created().toString())
        .put("expires_at", batch.created().plus(Duration.ofHours(24)).toString())
        .put("ended_at", ended ? batch.since().toString() : null)
        .put("cancel_initiated_at", batch.cancelledAt())
        .put("archived_at", gone ? archived.toString() : null)
        .put(
            "results_url",
            ended && !gone && !backend.faults().hidesOutput(batch)
                ? resultsUrl(batch, call)
                : null);
    return shown;
  }

  private ObjectNode counts(BatchState batch, boolean ended) {
    BatchCheckpoint progress = batch.progress();
    int total = batch.total();
    if (ended && backend.faults().batch(BatchFault.Kind.LYING_COUNTS, batch) != null) {
      return counts(0, total, 0, 0, 0);
    }
    int rest = total - progress.completed() - progress.failed();
    if (!ended) {
      return counts(total, 0, 0, 0, 0);
    }
    boolean cancelled = batch.status() == Status.CANCELLED;
    boolean failed = batch.status() == Status.FAILED; // the server itself could not go on
    return counts(
        0,
        progress.completed(),
        progress.failed() + (failed ? rest : 0),
        cancelled ? rest : 0,
        cancelled || failed ? 0 : rest);
  }

  private static ObjectNode counts(
      int processing, int succeeded, int errored, int canceled, int expired) {
    return ServerJson.object()
        .put("processing", processing)
        .put("succeeded", succeeded)
        .put("errored", errored)
        .put("canceled", canceled)
        .put("expired", expired);
  }

  private static String resultsUrl(BatchState batch, Context call) {
    return "http://%s/v1/messages/batches/%s/results".formatted(call.host(), batch.id());
  }

  private BatchState find(String id) throws ApiException {
    return backend.find(id, FORMAT, "Batch " + id + " not found.");
  }
}
