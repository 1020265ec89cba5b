package io.beambatch.provider.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Marks the end of the prefix that all requests of a job share, in the order in which Anthropic's
 * cache reads a request: tools, system prompt, messages. The mark asks for an hour, since the
 * requests of a batch are answered over a longer time than the default five minutes.
 */
final class ConstantPrefix {
  private static final String CACHE_CONTROL = "cache_control";

  private @Nullable ObjectNode last;
  private boolean over;

  private ConstantPrefix() {}

  /** Returns whether a body has a cache mark already. */
  static boolean isMarked(JsonNode body) {
    return body.findParent(CACHE_CONTROL) != null;
  }

  /**
   * The texts up to the last mark for an hour; null if there is none, or if the text before it
   * differs between requests.
   */
  static @Nullable String kept(JsonNode body) {
    StringBuilder texts = new StringBuilder();
    String kept = null;
    for (JsonNode block : inOrder(body)) {
      if (!isConstant(block)) {
        return kept;
      }
      texts.append(block.has("input_schema") ? block.toString() : block.path("text").asText());
      texts.append('\n');
      if (block.path(CACHE_CONTROL).path("ttl").asText().equals("1h")) {
        kept = texts.toString();
      }
    }
    return kept;
  }

  /** All parts of a request, in the order in which the cache reads them. */
  private static List<JsonNode> inOrder(JsonNode body) {
    List<JsonNode> blocks = new ArrayList<>();
    body.path("tools").forEach(blocks::add);
    addBlocks(body.path("system"), blocks);
    for (JsonNode message : body.path("messages")) {
      addBlocks(message.path("content"), blocks);
    }
    return blocks;
  }

  private static void addBlocks(JsonNode content, List<JsonNode> blocks) {
    if (content.isTextual()) {
      blocks.add(JsonNodeFactory.instance.objectNode().put("text", content.textValue()));
    } else {
      content.forEach(blocks::add);
    }
  }

  /** The body with the mark; null if nothing before the first template is constant. */
  static @Nullable ObjectNode mark(ObjectNode body) {
    ObjectNode marked = body.deepCopy();
    if (isMarked(marked)) {
      // Marks that the user wrote take precedence.
      return marked;
    }
    ConstantPrefix prefix = new ConstantPrefix();
    prefix.blocks(marked.path("tools"));
    prefix.content(marked, "system");
    for (JsonNode message : marked.path("messages")) {
      if (message instanceof ObjectNode object) {
        prefix.content(object, "content");
      } else {
        prefix.over = true;
      }
    }
    if (prefix.last == null) {
      return null;
    }
    prefix.last.putObject(CACHE_CONTROL).put("type", "ephemeral").put("ttl", "1h");
    return marked;
  }

  /** A text, which becomes a block that can carry the mark, or a list of blocks. */
  private void content(ObjectNode holder, String field) {
    JsonNode content = holder.path(field);
    if (content.isTextual()) {
      if (!isConstant(content)) {
        over = true;
      } else if (!over && !content.asText().isBlank()) {
        ArrayNode blocks = holder.putArray(field);
        last = blocks.addObject().put("type", "text");
        last.put("text", content.asText());
      }
    } else if (content.isArray()) {
      blocks(content);
    } else if (!content.isMissingNode()) {
      over = true;
    }
  }

  private void blocks(JsonNode blocks) {
    if (!blocks.isMissingNode() && !blocks.isArray()) {
      over = true;
    }
    for (JsonNode block : blocks) {
      if (!isConstant(block) || !(block instanceof ObjectNode object)) {
        over = true;
      } else if (!over) {
        last = object;
      }
    }
  }

  private static boolean isConstant(JsonNode node) {
    String json = node.toString();
    return !json.contains("{{") && !json.contains("\"$field\"");
  }
}
