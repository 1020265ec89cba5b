package io.beambatch.localserver;

import io.javalin.http.Context;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The calls of OpenAI's Files API. */
final class FileCalls {
  private static final int MOST_LISTED = 10_000;

  /** For any purpose but {@code batch}, which has its own limit. */
  private static final long MOST_BYTES = 536_870_912;

  private static final List<String> PURPOSES =
      List.of("assistants", "batch", "batch-api", "fine-tune", "vision", "user_data", "evals");

  private final StoredFiles files;
  private final long maxBytes;

  FileCalls(StoredFiles files, LocalServerSettings settings) {
    this.files = files;
    this.maxBytes = BatchFormat.OPENAI.traits().maxBytes(settings);
  }

  void upload(Context call) throws IOException, ApiException {
    files.sweep();
    if (Replies.truncated(call)) { // of an upload in one piece, nothing is kept
      Connections.close(call);
      return;
    }
    Path target = files.temporary();
    try {
      Upload upload = new Upload(target, Math.max(MOST_BYTES, maxBytes));
      try (upload) {
        String type = call.contentType();
        upload.read(call.req().getInputStream(), type == null ? "" : type);
      }
      Replies.json(call, accept(upload, target).toJson());
    } finally {
      Files.deleteIfExists(target);
    }
  }

  private StoredFile accept(Upload upload, Path target) throws IOException, ApiException {
    String purpose = upload.field("purpose");
    String filename = upload.filename();
    if (filename == null) {
      throw new ApiException(ApiError.invalid("'file' is a required property", null, null));
    }
    if (purpose == null) {
      throw new ApiException(ApiError.invalid("'purpose' is a required property", null, null));
    }
    if (!PURPOSES.contains(purpose)) {
      throw new ApiException(
          ApiError.invalid(
              "'%s' is not one of %s - 'purpose'".formatted(purpose, PURPOSES), "purpose", null));
    }
    if (upload.bytes() > Math.max(MOST_BYTES, maxBytes)) {
      throw new ApiException(
          ApiError.of(413, "413: The data value transmitted exceeds the capacity limit.", null));
    }
    boolean batch = purpose.startsWith("batch"); // Together uses batch-api
    if (batch && !filename.endsWith(".jsonl")) {
      throw new ApiException(
          ApiError.invalid("Invalid file format for Batch API. Must be .jsonl", null, null));
    }
    if (batch && upload.bytes() > maxBytes) {
      throw new ApiException(ApiError.invalid("File is too large.", null, null));
    }
    Long seconds =
        Expiry.ofForm(
            upload.field("expires_after[anchor]"), upload.field("expires_after[seconds]"));
    if (seconds == null && batch) {
      seconds = Expiry.USUAL_SECONDS;
    }
    return files.add(Ids.file(), target, filename, purpose, seconds);
  }

  void list(Context call) throws ApiException {
    ListPage listing =
        QueryParameters.listing(call, MOST_LISTED, MOST_LISTED, id -> find(id).ordinal());
    String purpose = call.queryParam("purpose");
    Replies.json(
        call,
        files
            .list(
                listing,
                file -> isOpenAi(file) && (purpose == null || purpose.equals(file.purpose())))
            .toJson(StoredFile::toJson));
  }

  void retrieve(Context call) throws ApiException {
    Replies.json(call, find(call.pathParam("id")).toJson());
  }

  void content(Context call) throws IOException, ApiException {
    StoredFile file = find(call.pathParam("id"));
    call.header("Content-Disposition", "attachment; filename=\"" + quoted(file.filename()) + '"');
    Replies.file(call, file.bytes(), files.content(file.id()));
  }

  void delete(Context call) throws IOException, ApiException {
    StoredFile file = find(call.pathParam("id"));
    files.delete(file.id());
    Replies.json(
        call, ServerJson.object().put("id", file.id()).put("object", "file").put("deleted", true));
  }

  private StoredFile find(@Nullable String id) throws ApiException {
    return files
        .find(id == null ? "" : id)
        .filter(FileCalls::isOpenAi)
        .orElseThrow(() -> new ApiException(ApiError.notFound("No such File object: " + id, "id")));
  }

  /** Files of other APIs have other purposes. */
  private static boolean isOpenAi(StoredFile file) {
    return PURPOSES.contains(file.purpose()) || file.purpose().equals("batch_output");
  }

  private static String quoted(String filename) {
    return filename.replaceAll("[^ -~]|[\"\\\\]", "_");
  }
}
