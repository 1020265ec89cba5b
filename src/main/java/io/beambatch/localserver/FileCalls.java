package io.beambatch.localserver;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The Files API. */
final class FileCalls {
  /** Marks a call whose download breaks off halfway. */
  static final String TRUNCATED = "truncated";

  private static final int MOST_LISTED = 10_000;

  /** Of any purpose but {@code batch}, which has a limit of its own. */
  private static final long MOST_BYTES = 536_870_912;

  private static final List<String> PURPOSES =
      List.of("assistants", "batch", "fine-tune", "vision", "user_data", "evals");

  private final StoredFiles files;
  private final LocalServerSettings settings;

  FileCalls(StoredFiles files, LocalServerSettings settings) {
    this.files = files;
    this.settings = settings;
  }

  void upload(Context call) throws IOException, ApiException {
    files.sweep();
    Path target = files.temporary();
    try {
      Upload upload = new Upload(target, Math.max(MOST_BYTES, settings.maxBytes()));
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
    if (upload.bytes() > Math.max(MOST_BYTES, settings.maxBytes())) {
      throw new ApiException(
          ApiError.of(413, "413: The data value transmitted exceeds the capacity limit.", null));
    }
    boolean batch = purpose.equals("batch");
    if (batch && !filename.endsWith(".jsonl")) {
      throw new ApiException(
          ApiError.invalid("Invalid file format for Batch API. Must be .jsonl", null, null));
    }
    if (batch && upload.bytes() > settings.maxBytes()) {
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
    Replies.json(call, files.list(listing, call.queryParam("purpose")));
  }

  void retrieve(Context call) throws ApiException {
    Replies.json(call, find(call.pathParam("id")).toJson());
  }

  void content(Context call) throws IOException, ApiException {
    StoredFile file = find(call.pathParam("id"));
    call.contentType("application/octet-stream");
    call.header("Content-Disposition", "attachment; filename=\"" + quoted(file.filename()) + '"');
    call.res().setContentLengthLong(file.bytes());
    OutputStream out = call.res().getOutputStream();
    if (Boolean.TRUE.equals(call.attribute(TRUNCATED))) {
      try (InputStream content = Files.newInputStream(files.content(file.id()))) {
        copy(content, out, file.bytes() / 2);
      }
      out.flush();
      Connections.close(call);
    } else {
      Files.copy(files.content(file.id()), out);
      out.flush();
    }
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
        .orElseThrow(() -> new ApiException(ApiError.notFound("No such File object: " + id, "id")));
  }

  private static void copy(InputStream in, OutputStream out, long bytes) throws IOException {
    byte[] buffer = new byte[8192];
    long left = bytes;
    while (left > 0) {
      int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
      out.write(buffer, 0, read);
      left -= read;
    }
  }

  private static String quoted(String filename) {
    return filename.replaceAll("[^ -~]|[\"\\\\]", "_");
  }
}
