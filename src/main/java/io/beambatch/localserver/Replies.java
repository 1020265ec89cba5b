package io.beambatch.localserver;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;

/** Replies in JSON. */
final class Replies {
  private Replies() {}

  static void json(Context call, ObjectNode reply) {
    call.contentType("application/json").result(reply.toString().getBytes(StandardCharsets.UTF_8));
  }

  static void error(Context call, ApiError error) {
    call.status(error.status())
        .contentType("application/json")
        .result(ServerJson.text(error::writeTo).getBytes(StandardCharsets.UTF_8));
  }
}
