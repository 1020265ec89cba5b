package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The calls of OpenRouter's batches. */
final class OpenRouterCalls {
  private static final BatchFormat FORMAT = BatchFormat.OPENROUTER;
  private static final int USUALLY_LISTED = 20;
  private static final int MOST_LISTED = 100;
  private static final int MOST_RESULTS = 500;
  private static final Set<String> HEADS =
      Set.of("endpoint", "model", "provider", "completion_window", "callback_url");

  private final PostedBatches posted;
  private final Backend backend;

  OpenRouterCalls(Backend backend) {
    this.posted = new PostedBatches(FORMAT, backend);
    this.backend = backend;
  }

  void create(Context call) throws IOException, ApiException {
    BatchState batch = posted.create(call, HEADS, OpenRouterCalls::order);
    Replies.json(call.status(202), shown(batch));
    backend.scheduler().run(batch);
  }

  private static BatchOrder order(RequestsBody.Posted body, String inputFileId)
      throws ApiException {
    String path = BatchOrder.string(body.head(), "endpoint");
    BatchEndpoint endpoint = BatchEndpoint.of(path);
    if (endpoint != BatchEndpoint.CHAT && endpoint != BatchEndpoint.RESPONSES) {
      throw new ApiException(
          ApiError.invalidValue("endpoint", path, "'/v1/chat/completions', '/v1/responses'"));
    }
    return new BatchOrder(
        inputFileId,
        endpoint,
        ServerJson.MAPPER.nullNode(),
        FORMAT.traits().resultsKept().toSeconds(),
        BatchOrder.string(body.head(), "model"),
        body.requests(),
        FORMAT);
  }

  void list(Context call) throws ApiException {
    ListPage listing =
        QueryParameters.listing(call, USUALLY_LISTED, MOST_LISTED, id -> find(id).ordinal());
    Replies.json(call, backend.store().list(listing, FORMAT).toJson(OpenRouterCalls::shown));
  }

  /** A batch that has ended contains all of its results. */
  void retrieve(Context call) throws IOException, ApiException {
    BatchState batch = find(call.pathParam("id"));
    ObjectNode shown = shown(batch);
    @Nullable StoredFile results = results(batch);
    if (results == null) {
      Replies.json(call, shown);
      return;
    }
    shown.remove("results");
    try (JsonGenerator out = begin(call);
        BufferedReader lines = Files.newBufferedReader(backend.files().content(results.id()))) {
      for (Map.Entry<String, JsonNode> field : shown.properties()) {
        out.writeFieldName(field.getKey());
        out.writeTree(field.getValue());
      }
      out.writeArrayFieldStart("results");
      write(lines, Integer.MAX_VALUE, out);
      out.writeEndArray();
      out.writeEndObject();
    }
  }

  /** Pages of results; a cursor is the number of the next line. */
  void results(Context call) throws IOException, ApiException {
    BatchState batch = find(call.pathParam("id"));
    @Nullable StoredFile results = results(batch);
    if (results == null) {
      throw new ApiException(ApiError.notFound("No results for batch " + batch.id(), null));
    }
    int from = QueryParameters.number(call, "cursor", 0, Integer.MAX_VALUE);
    int limit = QueryParameters.number(call, "limit", MOST_RESULTS, MOST_RESULTS);
    try (BufferedReader lines = Files.newBufferedReader(backend.files().content(results.id()))) {
      for (int line = 0; line < from && lines.readLine() != null; line++) {
        // Was on an earlier page.
      }
      try (JsonGenerator out = begin(call)) {
        out.writeStringField("object", "list");
        out.writeArrayFieldStart("data");
        int written = write(lines, limit, out);
        if (Replies.truncated(call)) {
          out.flush();
          Connections.close(call);
          return;
        }
        out.writeEndArray();
        boolean more = lines.readLine() != null;
        out.writeBooleanField("has_more", more);
        out.writeStringField("next_cursor", more ? Integer.toString(from + written) : null);
        out.writeEndObject();
      }
    }
  }

  private static JsonGenerator begin(Context call) throws IOException {
    call.contentType("application/json");
    OutputStream body = call.res().getOutputStream();
    JsonGenerator out = ServerJson.MAPPER.createGenerator(body);
    out.writeStartObject();
    return out;
  }

  private static int write(BufferedReader lines, int most, JsonGenerator out) throws IOException {
    int written = 0;
    String line;
    while (written < most && (line = lines.readLine()) != null) {
      out.writeRawValue(line);
      written++;
    }
    return written;
  }

  void delete(Context call) throws IOException, ApiException {
    BatchState batch = find(call.pathParam("id"));
    if (!batch.status().ended()) {
      throw new ApiException(
          ApiError.of(409, "Batch " + batch.id() + " is still in progress.", null));
    }
    posted.delete(batch);
    Replies.json(call, ServerJson.object().put("id", batch.id()).put("deleted", true));
  }

  private @Nullable StoredFile results(BatchState batch) {
    return batch.status().ended()
        ? backend.files().find(String.valueOf(batch.text("output_file_id"))).orElse(null)
        : null;
  }

  private static ObjectNode shown(BatchState batch) {
    ObjectNode known = batch.shown();
    ObjectNode shown = ServerJson.object();
    for (String same :
        List.of(
            "id",
            "object",
            "endpoint",
            "model",
            "completion_window",
            "created_at",
            "status",
            "request_counts",
            "usage")) {
      shown.set(same, known.path(same));
    }
    JsonNode error = known.at("/errors/data/0");
    shown.set("error", error.isMissingNode() ? null : error);
    if (batch.status().ended()) {
      shown.put("finalized_at", batch.since().getEpochSecond());
    } else {
      shown.putNull("finalized_at");
    }
    return shown.putNull("results");
  }

  private BatchState find(String id) throws ApiException {
    return backend.find(id, FORMAT, "Batch " + id + " not found");
  }
}
