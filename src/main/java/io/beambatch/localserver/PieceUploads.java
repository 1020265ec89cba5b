package io.beambatch.localserver;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Receives uploads in pieces, by Google's resumable protocol. What arrived before a connection
 * broke is kept; a query returns its size. Uploads are kept in this process only: after a restart
 * they begin again.
 */
final class PieceUploads {
  /** All pieces but the last are multiples of this. */
  static final int GRANULARITY = 256 << 10;

  private static final int BUFFER = 1 << 16;

  /** Of unfinished uploads, the oldest are forgotten. */
  private static final int MOST = 1_000;

  private final StoredFiles files;
  private final long maxBytes;
  private final Map<String, Piecewise> uploads = new LinkedHashMap<>();

  PieceUploads(StoredFiles files, long maxBytes) {
    this.files = files;
    this.maxBytes = maxBytes;
  }

  synchronized Piecewise start(String name, @Nullable String length)
      throws IOException, ApiException {
    if (length != null && !length.matches("\\d{1,18}")) {
      throw invalid("X-Goog-Upload-Header-Content-Length must be a number");
    }
    long bytes = length == null ? -1 : Long.parseLong(length);
    if (bytes > maxBytes) {
      throw invalid("File size must be at most " + maxBytes + " bytes");
    }
    while (uploads.size() >= MOST) {
      Iterator<Piecewise> all = uploads.values().iterator();
      Files.deleteIfExists(all.next().path);
      all.remove();
    }
    Piecewise upload = new Piecewise(Ids.random(), name, bytes, files.temporary(), maxBytes);
    uploads.put(upload.id, upload);
    return upload;
  }

  synchronized Piecewise find(@Nullable String id) throws ApiException {
    Piecewise upload = uploads.get(String.valueOf(id));
    if (upload == null) {
      throw new ApiException(ApiError.notFound("The upload is not known; start it again.", null));
    }
    return upload;
  }

  private static ApiException invalid(String message) {
    return new ApiException(ApiError.of(400, message, null));
  }

  /** One upload. */
  static final class Piecewise {
    private final String id;
    private final String name;
    private final long announced;
    private final Path path;
    private final long maxBytes;
    private long received;
    private @Nullable StoredFile file;

    private Piecewise(String id, String name, long announced, Path path, long maxBytes) {
      this.id = id;
      this.name = name;
      this.announced = announced;
      this.path = path;
      this.maxBytes = maxBytes;
    }

    String id() {
      return id;
    }

    String name() {
      return name;
    }

    /** The resulting file, or null while it is incomplete. */
    synchronized @Nullable StoredFile file() {
      return file;
    }

    /** Receives a piece; if it breaks off, the part that arrived is kept. */
    synchronized void take(Context call) throws IOException, ApiException {
      String offset = String.valueOf(call.header("X-Goog-Upload-Offset"));
      if (file != null || !offset.equals(Long.toString(received))) {
        status(call);
        throw invalid(
            "X-Goog-Upload-Offset is %s, but %d bytes were received".formatted(offset, received));
      }
      long most = Replies.truncated(call) ? call.req().getContentLengthLong() / 2 : Long.MAX_VALUE;
      byte[] buffer = new byte[BUFFER];
      InputStream in = call.req().getInputStream();
      try (OutputStream out = Files.newOutputStream(path, StandardOpenOption.APPEND)) {
        int read = 0;
        while (most > 0 && (read = in.read(buffer, 0, (int) Math.min(BUFFER, most))) >= 0) {
          out.write(buffer, 0, read);
          received += read;
          most -= read;
          if (received > maxBytes) {
            throw invalid("File size must be at most " + maxBytes + " bytes");
          }
        }
      }
      if (Replies.truncated(call)) {
        Connections.close(call);
      }
    }

    /** Turns the received pieces into a file, once. */
    synchronized void finish(Taker taker) throws IOException, ApiException {
      if (announced >= 0 && received != announced) {
        throw invalid(
            "%d bytes were announced, and %d were received".formatted(announced, received));
      }
      if (file == null) {
        file = taker.take(path);
      }
    }

    /** Returns the state of the upload. */
    synchronized void status(Context call) {
      call.header("X-Goog-Upload-Status", file == null ? "active" : "final");
      call.header("X-Goog-Upload-Size-Received", Long.toString(received));
    }
  }

  /** Stores a complete file. */
  @FunctionalInterface
  interface Taker {
    StoredFile take(Path path) throws IOException;
  }
}
