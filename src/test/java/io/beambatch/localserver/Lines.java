package io.beambatch.localserver;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Makes input lines. */
final class Lines {
  static final String CHAT = "/v1/chat/completions";

  private Lines() {}

  static String line(String customId, String url, String body) {
    return "{\"custom_id\":\"%s\",\"method\":\"POST\",\"url\":\"%s\",\"body\":%s}"
        .formatted(customId, url, body);
  }

  /** A chat request, with more fields of the body given as JSON members (each after a comma). */
  static String chat(String customId, String system, String user, String more) {
    ObjectNode body = RawClient.MAPPER.createObjectNode().put("model", "gpt-4o-mini");
    if (!system.isEmpty()) {
      body.withArray("messages").addObject().put("role", "system").put("content", system);
    }
    body.withArray("messages").addObject().put("role", "user").put("content", user);
    String json = body.toString();
    return line(customId, CHAT, json.substring(0, json.length() - 1) + more + "}");
  }

  static String chat(String customId) {
    return chat(customId, "", "Say something about " + customId, "");
  }

  static List<String> chats(int count) {
    return each(count, i -> chat("r-" + i));
  }

  static List<String> each(int count, IntFunction<String> line) {
    return IntStream.range(0, count).mapToObj(line).toList();
  }
}
