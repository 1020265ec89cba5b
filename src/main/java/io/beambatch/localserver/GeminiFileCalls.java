package io.beambatch.localserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The calls of Gemini's Files API: resumable uploads in pieces, and files by name. */
final class GeminiFileCalls {
  private static final int USUALLY_LISTED = 10;
  private static final int MOST_LISTED = 100;

  private final StoredFiles files;
  private final PieceUploads uploads;
  private final String purpose = BatchFormat.GEMINI.traits().purpose();

  GeminiFileCalls(StoredFiles files, LocalServerSettings settings) {
    this.files = files;
    this.uploads = new PieceUploads(files, BatchFormat.GEMINI.traits().maxBytes(settings));
  }

  void upload(Context call) throws IOException, ApiException {
    String command = String.valueOf(call.header("X-Goog-Upload-Command")).toLowerCase(Locale.ROOT);
    if (command.equals("start")) {
      start(call);
      return;
    }
    PieceUploads.Piecewise upload = uploads.find(call.queryParam("upload_id"));
    if (command.contains("upload")) {
      upload.take(call);
    }
    if (command.contains("finalize") && !Replies.truncated(call)) {
      upload.finish(
          path ->
              files.add(
                  Ids.random().substring(0, 12),
                  path,
                  upload.name(),
                  purpose,
                  BatchFormat.GEMINI.traits().resultsKept().toSeconds()));
    }
    upload.status(call);
    StoredFile file = upload.file();
    if (file != null) {
      ObjectNode reply = ServerJson.object();
      reply.set("file", shown(file, call));
      Replies.json(call, reply);
    }
  }

  private void start(Context call) throws IOException, ApiException {
    files.sweep();
    JsonNode body = ServerJson.MAPPER.readTree(call.req().getInputStream());
    String name = ContentsReader.field(body.path("file"), "displayName").asText("");
    String length = call.header("X-Goog-Upload-Header-Content-Length");
    PieceUploads.Piecewise upload = uploads.start(name, length);
    call.header(
        "X-Goog-Upload-URL",
        "http://%s/upload/v1beta/files?upload_id=%s&upload_protocol=resumable"
            .formatted(call.host(), upload.id()));
    call.header("X-Goog-Upload-Chunk-Granularity", Integer.toString(PieceUploads.GRANULARITY));
    upload.status(call);
  }

  void list(Context call) throws ApiException {
    String after = call.queryParam("pageToken");
    Long last = after == null || after.isEmpty() ? null : Long.valueOf(find(after).ordinal());
    int limit = GeminiBatchCalls.pageSize(call, USUALLY_LISTED, MOST_LISTED);
    ListPage.Page<StoredFile> page =
        files.list(
            new ListPage(last, limit, ListPage.Order.DESC), file -> file.purpose().equals(purpose));
    ObjectNode reply = ServerJson.object();
    ArrayNode data = reply.putArray("files");
    page.things().forEach(file -> data.add(shown(file, call)));
    if (page.more()) {
      reply.put("nextPageToken", page.things().get(page.things().size() - 1).id());
    }
    Replies.json(call, reply);
  }

  void retrieve(Context call) throws ApiException {
    Replies.json(call, shown(find(call.pathParam("id")), call));
  }

  void content(Context call) throws IOException, ApiException {
    StoredFile file = find(call.pathParam("id"));
    if (file.purpose().equals(purpose)) {
      throw new ApiException(
          ApiError.of(400, "Only files that the API has made can be downloaded.", null));
    }
    Replies.file(call, file.bytes(), files.content(file.id()));
  }

  void delete(Context call) throws IOException, ApiException {
    files.delete(find(call.pathParam("id")).id());
    Replies.json(call, ServerJson.object());
  }

  /** Whether a file exists is hidden from those without access: both cases are 403. */
  private StoredFile find(String id) throws ApiException {
    return files
        .find(id)
        .filter(file -> file.purpose().startsWith(purpose))
        .orElseThrow(
            () ->
                new ApiException(
                    ApiError.of(
                        403,
                        "You do not have permission to access the File "
                            + id
                            + " or it may not exist.",
                        null)));
  }

  private static ObjectNode shown(StoredFile file, Context call) {
    String created = Instant.ofEpochSecond(file.createdAt()).toString();
    @Nullable Long expires = file.expiresAt();
    return ServerJson.object()
        .put("name", "files/" + file.id())
        .put("displayName", file.filename())
        .put("mimeType", "application/jsonl")
        .put("sizeBytes", Long.toString(file.bytes()))
        .put("createTime", created)
        .put("updateTime", created)
        .put("expirationTime", expires == null ? null : Instant.ofEpochSecond(expires).toString())
        .put("uri", "http://%s/v1beta/files/%s".formatted(call.host(), file.id()))
        .put("state", "ACTIVE")
        .put("source", file.purpose().endsWith("_output") ? "GENERATED" : "UPLOADED");
  }
}
