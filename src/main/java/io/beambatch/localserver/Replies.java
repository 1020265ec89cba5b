package io.beambatch.localserver;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes replies: JSON, and files. */
final class Replies {
  private static final String TRUNCATED = "truncated";
  private static final int BUFFER = 8_192;

  private Replies() {}

  static void json(Context call, ObjectNode reply) {
    call.contentType("application/json").result(reply.toString().getBytes(StandardCharsets.UTF_8));
  }

  static void error(Context call, int status, ServerJson.Writing body) {
    call.status(status)
        .contentType("application/json")
        .result(ServerJson.text(body).getBytes(StandardCharsets.UTF_8));
  }

  /** Makes this call's download or upload break off halfway. */
  static void truncate(Context call) {
    call.attribute(TRUNCATED, true);
  }

  static boolean truncated(Context call) {
    return Boolean.TRUE.equals(call.attribute(TRUNCATED));
  }

  /** Replies with a file's content. */
  static void file(Context call, long bytes, Path content) throws IOException {
    call.contentType("application/octet-stream");
    call.res().setContentLengthLong(bytes);
    OutputStream out = call.res().getOutputStream();
    if (truncated(call)) {
      try (InputStream in = Files.newInputStream(content)) {
        copy(in, out, bytes / 2);
      }
      out.flush();
      Connections.close(call);
    } else {
      Files.copy(content, out);
      out.flush();
    }
  }

  private static void copy(InputStream in, OutputStream out, long bytes) throws IOException {
    byte[] buffer = new byte[BUFFER];
    long left = bytes;
    while (left > 0) {
      int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
      out.write(buffer, 0, read);
      left -= read;
    }
  }
}
