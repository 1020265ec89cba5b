package io.beambatch.localserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The calls of Gemini's batch mode: long-running operations over an uploaded file. */
final class GeminiBatchCalls {
  private static final BatchFormat FORMAT = BatchFormat.GEMINI;
  private static final String TYPE = "type.googleapis.com/google.ai.generativelanguage.v1beta.";
  private static final String NAME = "display_name";
  private static final int USUALLY_LISTED = 10;
  private static final int MOST_LISTED = 100;
  private final Backend backend;

  GeminiBatchCalls(Backend backend) {
    this.backend = backend;
  }

  void create(BatchEndpoint endpoint, Context call) throws IOException, ApiException {
    JsonNode batch =
        ServerJson.body(
                call,
                ApiError.invalid("Invalid JSON payload received. Expected an object.", null, null))
            .path("batch");
    JsonNode input = ContentsReader.field(batch, "inputConfig");
    String name = ContentsReader.field(input, "fileName").asText("");
    if (name.isEmpty()) {
      throw invalid(
          "batch.input_config.file_name is required; this server takes no requests inline");
    }
    String fileId = name.replaceFirst("^files/", "");
    if (backend
        .files()
        .find(fileId)
        .filter(
            file ->
                file.purpose().equals(FORMAT.traits().purpose())
                    && !backend.faults().hidesFile(file.id()))
        .isEmpty()) {
      throw new ApiException(ApiError.notFound("File " + name + " does not exist.", null));
    }
    String model = call.pathParam("model");
    if (backend.settings().models() != null && !backend.settings().models().contains(model)) {
      throw new ApiException(
          ApiError.notFound(
              "models/%s is not found for API version v1beta, or is not supported for batches."
                  .formatted(model),
              null));
    }
    BatchState created =
        backend
            .store()
            .create(
                new BatchOrder(
                    fileId,
                    endpoint,
                    ServerJson.object()
                        .put(NAME, ContentsReader.field(batch, "displayName").asText("")),
                    FORMAT.traits().resultsKept().toSeconds(),
                    model,
                    0,
                    FORMAT));
    Replies.json(call, shown(created));
    backend.scheduler().run(created);
  }

  void list(Context call) throws ApiException {
    String after = call.queryParam("pageToken");
    Long last = after == null || after.isEmpty() ? null : Long.valueOf(find(after).ordinal());
    int limit = pageSize(call, USUALLY_LISTED, MOST_LISTED);
    ListPage.Page<BatchState> page =
        backend.store().list(new ListPage(last, limit, ListPage.Order.DESC), FORMAT);
    ObjectNode reply = ServerJson.object();
    ArrayNode operations = reply.putArray("operations");
    page.things().forEach(batch -> operations.add(shown(batch)));
    if (page.more()) {
      reply.put("nextPageToken", page.things().get(page.things().size() - 1).id());
    }
    Replies.json(call, reply);
  }

  static int pageSize(Context call, int usual, int most) throws ApiException {
    String text = call.queryParam("pageSize");
    if (text == null) {
      return usual;
    }
    if (!text.matches("\\d{1,9}")) {
      throw invalid("Invalid value at 'page_size' (TYPE_INT32), \"" + text + "\"");
    }
    int size = Integer.parseInt(text);
    return size == 0 ? usual : Math.min(size, most);
  }

  void retrieve(Context call) throws ApiException {
    Replies.json(call, shown(find(call.pathParam("id"))));
  }

  /** A batch that has ended stays unchanged, and that is no error. */
  void cancel(Context call) throws IOException, ApiException {
    BatchState batch = find(call.pathParam("id"));
    backend.cancel(batch);
    Replies.json(call, ServerJson.object());
  }

  void delete(Context call) throws IOException, ApiException {
    BatchState batch = find(call.pathParam("id"));
    if (!batch.status().ended()) {
      throw invalid("batches/" + batch.id() + " is still running. Cancel it first.");
    }
    batch.delete();
    backend.store().save(batch);
    Replies.json(call, ServerJson.object());
  }

  /** The operation object. */
  private ObjectNode shown(BatchState batch) {
    Status status = batch.status();
    boolean embeds = batch.endpoint() == BatchEndpoint.EMBED_CONTENT;
    ObjectNode shown = ServerJson.object().put("name", "batches/" + batch.id());
    ObjectNode metadata = shown.putObject("metadata");
    metadata
        .put("@type", TYPE + (embeds ? "EmbedContentBatch" : "GenerateContentBatch"))
        .put("model", "models/" + batch.text("model"))
        .put("displayName", batch.metadata(NAME));
    metadata.putObject("inputConfig").put("fileName", "files/" + batch.inputFileId());
    metadata
        .put("createTime", batch.created().toString())
        .put("updateTime", batch.since().toString());
    if (status.ended()) {
      metadata.put("endTime", batch.since().toString());
    }
    metadata.set("batchStats", counts(batch));
    metadata.put("state", "BATCH_STATE_" + state(status));
    metadata.put("name", "batches/" + batch.id());
    String output = output(batch);
    if (output != null) {
      metadata.putObject("output").put("responsesFile", "files/" + output);
    }
    shown.put("done", status.ended());
    if (status == Status.FAILED) {
      BatchProblem problem = batch.problem();
      shown
          .putObject("error")
          .put("code", problem.code().equals("token_limit_exceeded") ? 8 : 3)
          .put("message", problem.message());
    } else if (output != null) {
      shown
          .putObject("response")
          .put("@type", TYPE + (embeds ? "EmbedContentBatchOutput" : "GenerateContentBatchOutput"))
          .put("responsesFile", "files/" + output);
    }
    return shown;
  }

  private @Nullable String output(BatchState batch) {
    String output = batch.text("output_file_id");
    return output != null && backend.faults().hidesOutput(batch) ? null : output;
  }

  private static String state(Status status) {
    return switch (status) {
      case VALIDATING -> "PENDING";
      case IN_PROGRESS, FINALIZING, CANCELLING -> "RUNNING";
      case COMPLETED -> "SUCCEEDED";
      case FAILED -> "FAILED";
      case EXPIRED -> "EXPIRED";
      case CANCELLED -> "CANCELLED";
    };
  }

  /** Google's JSON writes 64-bit integers as strings, and omits zeros. */
  private ObjectNode counts(BatchState batch) {
    BatchCheckpoint progress = batch.progress();
    int total = batch.total();
    boolean lies = backend.faults().batch(BatchFault.Kind.LYING_COUNTS, batch) != null;
    int succeeded = lies ? total : progress.completed();
    int failed = lies ? 0 : progress.failed();
    ObjectNode counts = ServerJson.object();
    put("requestCount", total, counts);
    put("successfulRequestCount", succeeded, counts);
    put("failedRequestCount", failed, counts);
    put("pendingRequestCount", total - succeeded - failed, counts);
    return counts;
  }

  private static void put(String name, int count, ObjectNode counts) {
    if (count > 0) {
      counts.put(name, Integer.toString(count));
    }
  }

  private BatchState find(String id) throws ApiException {
    return backend.find(id, FORMAT, "Requested entity was not found: batches/" + id);
  }

  private static ApiException invalid(String message) {
    return new ApiException(ApiError.invalid(message, null, null));
  }
}
