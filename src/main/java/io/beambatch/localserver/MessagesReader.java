package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads the body of a request to Anthropic's Messages API. */
final class MessagesReader implements LineRequestReader.RequestReader {
  private final LineRequest request;
  private final PromptReader prompt;
  private long chars;
  private int hash;

  MessagesReader(LineRequest request) {
    this.request = request;
    this.prompt = new PromptReader(request);
  }

  @Override
  public void read(JsonParser in) throws IOException {
    JsonNode body = in.readValueAsTree();
    chars = 0;
    hash = 0;
    model(body.path("model"));
    maxTokens(body.path("max_tokens"));
    temperature(body.path("temperature"));
    if (body.path("stream").asBoolean()) {
      wrong("stream: Streaming is not supported in batches");
    }
    tools(body);
    if (body.has("system")) {
      prompt.took("system", text("system", body.get("system")));
    }
    messages(body.path("messages"));
    schema(body.at("/output_config/format"));
  }

  private void model(JsonNode model) {
    if (!model.isTextual()) {
      wrong("model: Field required");
    }
    request.model = model.asText("");
  }

  private void maxTokens(JsonNode most) {
    if (most.isMissingNode()) {
      wrong("max_tokens: Field required");
    } else if (!most.isIntegralNumber()) {
      wrong("max_tokens: Input should be a valid integer");
    } else if (most.longValue() < 1) {
      wrong("max_tokens: Input should be greater than or equal to 1");
    } else {
      request.maxTokens = (int) Math.min(Integer.MAX_VALUE, most.longValue());
    }
  }

  private void temperature(JsonNode temperature) {
    if (temperature.isNumber()
        && (temperature.doubleValue() < 0 || temperature.doubleValue() > 1)) {
      wrong("temperature: range: 0..1");
    }
  }

  private void messages(JsonNode messages) {
    request.hasPrompt = messages.isArray();
    if (messages.isMissingNode()) {
      wrong("messages: Field required");
    } else if (!messages.isArray()) {
      wrong("messages: Input should be a valid list");
    } else if (messages.isEmpty()) {
      wrong("messages: at least one message is required");
    }
    int index = 0;
    for (JsonNode message : messages) {
      String place = "messages." + index++;
      String role = message.path("role").asText("");
      if (!role.equals("user") && !role.equals("assistant")) {
        wrong(place + ".role: Input should be 'user' or 'assistant'");
      }
      prompt.took(role, text(place + ".content", message.path("content")));
    }
  }

  /** A string, or the texts of blocks; a cache mark covers everything before it. */
  private String text(String place, JsonNode content) {
    if (content.isTextual()) {
      count(content.textValue());
      return content.textValue();
    }
    if (!content.isArray()) {
      wrong(place + ": Input should be a valid string");
      return "";
    }
    StringBuilder texts = new StringBuilder();
    int index = 0;
    for (JsonNode block : content) {
      String text = block.path("text").asText("");
      if (block.path("type").asText("").equals("text") && text.isEmpty()) {
        wrong(place + "." + index + ".text: text content blocks must be non-empty");
      }
      index++;
      count(text);
      texts.append(texts.isEmpty() || text.isEmpty() ? "" : "\n").append(text);
      if (block.path("cache_control").isObject()) {
        request.cachedChars = chars;
        request.cachedHash = hash;
      }
    }
    return texts.toString();
  }

  private void count(String text) {
    chars += text.length();
    hash = 31 * hash + text.hashCode();
  }

  private void tools(JsonNode body) {
    JsonNode choice = body.path("tool_choice");
    if (choice.path("type").asText("").equals("tool")) {
      for (JsonNode tool : body.path("tools")) {
        if (tool.path("name").equals(choice.path("name"))) {
          request.tool = tool.path("name").asText();
          request.format = LineRequest.Format.JSON_SCHEMA;
          request.schema = tool.path("input_schema");
        }
      }
      if (request.tool == null) {
        wrong("tool_choice.name: Tool '" + choice.path("name").asText() + "' not found in tools");
      }
    }
  }

  private void schema(@Nullable JsonNode format) {
    if (format != null && format.path("type").asText("").equals("json_schema")) {
      if (!format.path("schema").isObject()) {
        wrong("output_config.format.schema: Field required");
      }
      request.format = LineRequest.Format.JSON_SCHEMA;
      request.schema = format.path("schema");
    }
  }

  private void wrong(String message) {
    request.wrong(ApiError.invalid(message, null, null));
  }
}
