package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads a request's body, and records what the endpoint would reject. */
final class OpenAiBodyReader implements LineRequestReader.RequestReader {
  private static final int MOST_CHOICES = 128;

  private final BatchEndpoint endpoint;
  private final LineRequest request;
  private final PromptReader prompt;

  OpenAiBodyReader(BatchEndpoint endpoint, LineRequest request) {
    this.endpoint = endpoint;
    this.request = request;
    this.prompt = new PromptReader(request);
  }

  /** Reads from the body's opening brace to its closing one. */
  @Override
  public void read(JsonParser in) throws IOException {
    String field;
    while ((field = in.nextFieldName()) != null) {
      in.nextToken();
      readField(field, in);
    }
  }

  private void readField(String field, JsonParser in) throws IOException {
    switch (field) {
      case "model" -> request.model = LineRequestReader.string(in);
      case "stream" -> {
        request.stream = in.currentToken() == JsonToken.VALUE_TRUE;
        in.skipChildren();
      }
      case "messages" -> {
        if (endpoint == BatchEndpoint.CHAT) {
          prompt.messages(field, in);
        } else {
          in.skipChildren();
        }
      }
      case "input" -> {
        switch (endpoint) {
          case RESPONSES -> prompt.responsesInput(in);
          case EMBEDDINGS, MODERATIONS -> prompt.texts(field, in);
          default -> in.skipChildren();
        }
      }
      case "prompt" -> {
        if (endpoint == BatchEndpoint.COMPLETIONS) {
          prompt.texts(field, in);
        } else {
          in.skipChildren();
        }
      }
      case "instructions" -> prompt.instructions(in);
      case "max_tokens", "max_completion_tokens", "max_output_tokens" ->
          request.maxTokens = number(field, in, 1, Integer.MAX_VALUE, request.maxTokens);
      case "n" -> request.n = number(field, in, 1, MOST_CHOICES, 1);
      case "dimensions" -> request.dimensions = number(field, in, 1, 3072, 0);
      case "encoding_format" -> encoding(LineRequestReader.string(in));
      case "temperature" -> temperature(in);
      case "response_format" -> format(field, in.readValueAsTree());
      case "text" -> {
        JsonNode text = in.readValueAsTree();
        if (endpoint == BatchEndpoint.RESPONSES && text.path("format").isObject()) {
          format("text.format", text.get("format"));
        }
      }
      default -> in.skipChildren();
    }
  }

  private int number(String field, JsonParser in, int least, int most, int other)
      throws IOException {
    if (in.currentToken() == JsonToken.VALUE_NULL) {
      return other;
    }
    if (in.currentToken() != JsonToken.VALUE_NUMBER_INT) {
      request.wrong(ApiError.invalidType(field, "an integer", PromptReader.kind(in)));
      in.skipChildren();
      return other;
    }
    long value = in.getValueAsLong();
    if (value < least || value > most) {
      request.wrong(ApiError.outOfRange(field, value, least, most));
      return other;
    }
    return (int) value;
  }

  private void temperature(JsonParser in) throws IOException {
    JsonToken token = in.currentToken();
    if (token == JsonToken.VALUE_NUMBER_INT || token == JsonToken.VALUE_NUMBER_FLOAT) {
      double value = in.getDoubleValue();
      if (value < 0 || value > 2) {
        request.wrong(ApiError.outOfRange("temperature", in.getDecimalValue(), 0, 2));
      }
    } else if (token != JsonToken.VALUE_NULL) {
      request.wrong(ApiError.invalidType("temperature", "a decimal", PromptReader.kind(in)));
      in.skipChildren();
    }
  }

  private void encoding(@Nullable String value) {
    request.base64 = "base64".equals(value);
    if (value != null && !request.base64 && !value.equals("float")) {
      request.wrong(ApiError.invalidValue("encoding_format", value, "'float' and 'base64'"));
    }
  }

  /** Chat has the schema under {@code json_schema}; responses has it next to the type. */
  private void format(String param, JsonNode format) {
    if (!format.isObject()) {
      if (!format.isNull()) {
        request.wrong(ApiError.invalidType(param, "an object", "something else"));
      }
      return;
    }
    String type = format.path("type").asText("");
    switch (type) {
      case "text" -> request.format = LineRequest.Format.TEXT;
      case "json_object" -> request.format = LineRequest.Format.JSON_OBJECT;
      case "json_schema" -> {
        boolean chat = endpoint == BatchEndpoint.CHAT;
        JsonNode holder = chat ? format.path("json_schema") : format;
        String prefix = chat ? param + ".json_schema" : param;
        request.format = LineRequest.Format.JSON_SCHEMA;
        request.schema = holder.path("schema");
        request.strict = holder.path("strict").asBoolean(false);
        if (!holder.path("name").isTextual()) {
          request.wrong(ApiError.missing(prefix + ".name"));
        }
        if (!request.schema.isObject()) {
          request.wrong(ApiError.missing(prefix + ".schema"));
        }
      }
      default ->
          request.wrong(
              ApiError.invalidValue(
                  param + ".type", type, "'json_object', 'json_schema', and 'text'"));
    }
  }
}
