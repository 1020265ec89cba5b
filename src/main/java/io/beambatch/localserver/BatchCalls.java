package io.beambatch.localserver;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** The calls of OpenAI's Batches API. */
final class BatchCalls {
  private static final int USUALLY_LISTED = 20;
  private static final int MOST_LISTED = 100;
  private static final Duration HOUR = Duration.ofHours(1);
  private static final ApiError UNREADABLE =
      ApiError.invalid(
          "We could not parse the JSON body of your request. The API expects a JSON object.",
          null,
          null);
  private final Backend backend;

  BatchCalls(Backend backend) {
    this.backend = backend;
  }

  void create(Context call) throws IOException, ApiException {
    BatchOrder order = BatchOrder.of(ServerJson.body(call, UNREADABLE));
    StoredFile input =
        backend
            .files()
            .find(order.inputFileId())
            .filter(file -> !backend.faults().hidesFile(file.id()))
            .orElseThrow(
                () ->
                    new ApiException(
                        ApiError.invalid(
                            ErrorMessages.fileNotFound(order.inputFileId()), "file_id", null)));
    if (!input.purpose().startsWith("batch")) {
      throw new ApiException(
          ApiError.invalid(
              "Invalid file purpose '%s' of file %s. Expected 'batch'."
                  .formatted(input.purpose(), input.id()),
              "input_file_id",
              "invalid_value"));
    }
    BatchState batch;
    synchronized (this) {
      allow(call);
      batch = backend.store().create(order);
    }
    Replies.json(call, batch.shown());
    backend.scheduler().run(batch);
  }

  void list(Context call) throws ApiException {
    ListPage listing =
        QueryParameters.listing(call, USUALLY_LISTED, MOST_LISTED, id -> find(id).ordinal());
    Replies.json(call, backend.store().list(listing, BatchFormat.OPENAI).toJson(this::shown));
  }

  void retrieve(Context call) throws ApiException {
    Replies.json(call, shown(find(call.pathParam("id"))));
  }

  void cancel(Context call) throws IOException, ApiException {
    BatchState batch = find(call.pathParam("id"));
    if (!backend.cancel(batch)) {
      throw new ApiException(
          ApiError.of(
              409, "Cannot cancel a batch with status '" + batch.status().code() + "'.", null));
    }
    Replies.json(call, batch.shown());
  }

  /** The batch object, as the faults let it appear. */
  private ObjectNode shown(BatchState batch) {
    ObjectNode shown = batch.shown();
    if (shown.get("output_file_id").isTextual() && backend.faults().hidesOutput(batch)) {
      shown.putNull("output_file_id");
    }
    if (backend.faults().batch(BatchFault.Kind.LYING_COUNTS, batch) != null) {
      int total = shown.at("/request_counts/total").intValue();
      shown.set("request_counts", BatchState.counts(total, total, 0));
    }
    return shown;
  }

  /** Limits the creations of the last hour. */
  private void allow(Context call) throws ApiException {
    Instant now = backend.settings().clock().instant();
    List<Instant> last = backend.store().createdAfter(now.minus(HOUR));
    int limit = backend.settings().createsPerHour();
    call.header("x-ratelimit-limit-requests", Integer.toString(limit));
    call.header(
        "x-ratelimit-remaining-requests", Integer.toString(Math.max(0, limit - last.size() - 1)));
    if (last.size() >= limit) {
      Duration wait = Duration.between(now, last.get(limit - 1).plus(HOUR));
      long seconds = Math.max(1, wait.toSeconds() + 1);
      call.header("retry-after", Long.toString(seconds));
      call.header("x-ratelimit-reset-requests", seconds + "s");
      throw new ApiException(
          ApiError.rateLimit(
              ("Rate limit reached for batch creations in organization %s: Limit %d per hour,"
                      + " Used %d, Requested 1. Please try again in %ds.")
                  .formatted(ErrorMessages.ORGANIZATION, limit, last.size(), seconds)));
    }
  }

  private BatchState find(String id) throws ApiException {
    return backend.find(id, BatchFormat.OPENAI, "No batch found with id '" + id + "'.");
  }
}
