package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;

/**
 * Reads the body of a request to Gemini's API, for contents or for an embedding. Field names have
 * either of the two spellings that Google's JSON allows.
 */
final class ContentsReader implements LineRequestReader.RequestReader {
  private final LineRequest request;
  private final PromptReader prompt;

  ContentsReader(LineRequest request) {
    this.request = request;
    this.prompt = new PromptReader(request);
  }

  @Override
  public void read(JsonParser in) throws IOException {
    JsonNode body = in.readValueAsTree();
    prompt.took("system", text(field(body, "systemInstruction")));
    request.messages = 0;
    if (body.has("content")) {
      embedding(body);
    } else {
      contents(body.path("contents"));
      config(field(body, "generationConfig"));
    }
  }

  private void contents(JsonNode contents) {
    request.hasPrompt = !contents.isEmpty();
    if (contents.isEmpty()) {
      wrong("* GenerateContentRequest.contents: contents is not specified");
    }
    for (JsonNode content :
        contents.isArray() ? contents : ServerJson.MAPPER.createArrayNode().add(contents)) {
      String role = content.path("role").asText("user");
      if (!role.equals("user") && !role.equals("model")) {
        wrong("Please use a valid role: user, model.");
      }
      prompt.took(role, text(content));
    }
  }

  private void embedding(JsonNode body) {
    String text = text(body.get("content"));
    request.hasPrompt = true;
    request.chars += text.length();
    request.inputs.add(text);
    JsonNode size = field(body, "outputDimensionality");
    if (size.isNumber()) {
      if (size.intValue() < 1 || size.intValue() > 3_072) {
        wrong("* EmbedContentRequest.output_dimensionality: must be between 1 and 3072");
      } else {
        request.dimensions = size.intValue();
      }
    }
    if (text.isEmpty()) {
      wrong("* EmbedContentRequest.content: contains no text");
    }
  }

  private void config(JsonNode config) {
    JsonNode most = field(config, "maxOutputTokens");
    if (most.isNumber()) {
      if (most.longValue() < 1) {
        wrong("max_output_tokens must be positive.");
      } else {
        request.maxTokens = (int) Math.min(Integer.MAX_VALUE, most.longValue());
      }
    }
    JsonNode temperature = config.path("temperature");
    if (temperature.isNumber()
        && (temperature.doubleValue() < 0 || temperature.doubleValue() > 2)) {
      wrong("temperature must be in the range [0.0, 2.0].");
    }
    request.thinkingTokens =
        Math.max(0, field(field(config, "thinkingConfig"), "thinkingBudget").asInt(0));
    JsonNode schema = field(config, "responseSchema");
    if (!schema.isObject()) {
      schema = field(config, "responseJsonSchema");
    }
    if (schema.isObject()) {
      request.format = LineRequest.Format.JSON_SCHEMA;
      request.schema = lowerCaseTypes(schema.deepCopy());
    } else if (field(config, "responseMimeType").asText("").equals("application/json")) {
      request.format = LineRequest.Format.JSON_OBJECT;
    }
  }

  /** Gemini's own schemas write {@code STRING} where JSON Schema writes {@code string}. */
  private static JsonNode lowerCaseTypes(JsonNode schema) {
    if (schema instanceof ObjectNode object) {
      Iterator<Map.Entry<String, JsonNode>> fields = object.fields();
      while (fields.hasNext()) {
        Map.Entry<String, JsonNode> entry = fields.next();
        if (entry.getKey().equals("type") && entry.getValue().isTextual()) {
          entry.setValue(TextNode.valueOf(entry.getValue().asText().toLowerCase(Locale.ROOT)));
        } else {
          lowerCaseTypes(entry.getValue());
        }
      }
    } else if (schema instanceof ArrayNode array) {
      array.forEach(ContentsReader::lowerCaseTypes);
    }
    return schema;
  }

  /** The texts of a content's parts. */
  private static String text(JsonNode content) {
    StringBuilder texts = new StringBuilder();
    for (JsonNode part : content.path("parts")) {
      String text = part.path("text").asText("");
      texts.append(texts.isEmpty() || text.isEmpty() ? "" : "\n").append(text);
    }
    return texts.toString();
  }

  /** A field in camel case or in snake case. */
  static JsonNode field(JsonNode node, String name) {
    JsonNode found = node.path(name);
    return found.isMissingNode()
        ? node.path(name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT))
        : found;
  }

  private void wrong(String message) {
    request.wrong(ApiError.invalid(message, null, null));
  }
}
