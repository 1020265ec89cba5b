package io.beambatch.localserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** The calls of Mistral's batch jobs. */
final class MistralJobCalls {
  private static final Duration LONGEST = Duration.ofDays(7);
  private static final int USUALLY_LISTED = 100;
  private static final int MOST = 999_999;
  private final Backend backend;

  MistralJobCalls(Backend backend) {
    this.backend = backend;
  }

  void create(Context call) throws IOException, ApiException {
    ObjectNode body =
        ServerJson.body(call, ApiError.of(422, "The body must be a JSON object.", null));
    String path = BatchOrder.string(body, "endpoint");
    BatchEndpoint endpoint = BatchEndpoint.of(path);
    if (endpoint == null || endpoint.format() != BatchFormat.OPENAI) {
      throw new ApiException(ApiError.invalidValue("endpoint", path, BatchEndpoint.list()));
    }
    String file = body.path("input_files").path(0).asText("");
    if (backend.files().find(file).isEmpty()) {
      throw new ApiException(ApiError.notFound("No file matches the given query: " + file, null));
    }
    int hours = body.path("timeout_hours").asInt(24);
    if (hours < 1 || hours > LONGEST.toHours()) {
      throw new ApiException(
          ApiError.invalid("timeout_hours must be 1 to " + LONGEST.toHours(), null, null));
    }
    BatchState batch =
        backend
            .store()
            .create(
                new BatchOrder(
                    file,
                    endpoint,
                    BatchOrder.metadata(body.path("metadata")),
                    null,
                    BatchOrder.string(body, "model"),
                    0,
                    BatchFormat.MISTRAL));
    Replies.json(call, shown(batch));
    backend.scheduler().run(batch);
  }

  /** Pages are numbered. */
  void list(Context call) throws ApiException {
    int size = QueryParameters.number(call, "page_size", USUALLY_LISTED, MOST);
    int skip = QueryParameters.number(call, "page", 0, MOST) * size;
    List<BatchState> all =
        backend
            .store()
            .list(new ListPage(null, Integer.MAX_VALUE, ListPage.Order.DESC), BatchFormat.MISTRAL)
            .things();
    ObjectNode reply = ServerJson.object();
    ArrayNode data = reply.putArray("data");
    all.stream().skip(skip).limit(size).forEach(batch -> data.add(shown(batch)));
    Replies.json(call, reply.put("object", "list").put("total", all.size()));
  }

  void retrieve(Context call) throws ApiException {
    Replies.json(call, shown(find(call.pathParam("id"))));
  }

  void cancel(Context call) throws IOException, ApiException {
    BatchState batch = find(call.pathParam("id"));
    if (!backend.cancel(batch) && batch.status().ended()) {
      throw new ApiException(ApiError.of(400, "The job has ended and can't be cancelled.", null));
    }
    Replies.json(call, shown(batch));
  }

  private static ObjectNode shown(BatchState batch) {
    ObjectNode known = batch.shown();
    ObjectNode job = ServerJson.object().put("id", batch.id()).put("object", "batch");
    job.putArray("input_files").add(batch.inputFileId());
    for (String same : List.of("metadata", "endpoint", "model", "created_at", "completed_at")) {
      job.set(same, known.path(same));
    }
    job.set("output_file", known.path("output_file_id"));
    job.set("error_file", known.path("error_file_id"));
    ArrayNode errors = job.putArray("errors");
    known
        .at("/errors/data")
        .forEach(error -> errors.addObject().put("count", 1).set("message", error.get("message")));
    JsonNode counts = known.path("request_counts");
    int completed = counts.path("completed").asInt();
    int failed = counts.path("failed").asInt();
    return job.put("status", state(batch.status()))
        .put("total_requests", counts.path("total").asInt())
        .put("completed_requests", completed + failed)
        .put("succeeded_requests", completed)
        .put("failed_requests", failed);
  }

  private static String state(Status status) {
    return switch (status) {
      case VALIDATING -> "QUEUED";
      case IN_PROGRESS, FINALIZING -> "RUNNING";
      case COMPLETED -> "SUCCESS";
      case FAILED -> "FAILED";
      case EXPIRED -> "TIMEOUT_EXCEEDED";
      case CANCELLING -> "CANCELLATION_REQUESTED";
      case CANCELLED -> "CANCELLED";
    };
  }

  private BatchState find(String id) throws ApiException {
    return backend.find(id, BatchFormat.MISTRAL, "No job found: " + id);
  }
}
