package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the question of a request: messages, inputs, prompts. */
final class PromptReader {
  private static final Set<String> ROLES =
      Set.of("system", "developer", "user", "assistant", "tool", "function");

  private final LineRequest request;

  PromptReader(LineRequest request) {
    this.request = request;
  }

  /** The name of a token's type in error messages. */
  static String kind(JsonParser in) {
    return switch (in.currentToken()) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_STRING -> "a string";
      case VALUE_NUMBER_INT -> "an integer";
      case VALUE_NUMBER_FLOAT -> "a decimal";
      case VALUE_TRUE, VALUE_FALSE -> "a boolean";
      default -> "null";
    };
  }

  void instructions(JsonParser in) throws IOException {
    String text = LineRequestReader.string(in);
    if (text != null) {
      took("system", text);
    }
  }

  void responsesInput(JsonParser in) throws IOException {
    if (in.currentToken() == JsonToken.VALUE_STRING) {
      request.hasPrompt = true;
      took("user", in.getText());
    } else {
      messages("input", in);
    }
  }

  void messages(String field, JsonParser in) throws IOException {
    if (in.currentToken() == JsonToken.VALUE_NULL) {
      return;
    }
    request.hasPrompt = true;
    if (in.currentToken() != JsonToken.START_ARRAY) {
      request.wrong(ApiError.invalidType(field, "an array of objects", kind(in)));
      in.skipChildren();
      return;
    }
    int index = 0;
    while (in.nextToken() != JsonToken.END_ARRAY) {
      message(field, index++, in);
    }
    if (index == 0) {
      request.wrong(emptyArray(field));
    }
  }

  private void message(String field, int index, JsonParser in) throws IOException {
    if (in.currentToken() != JsonToken.START_OBJECT) {
      request.wrong(ApiError.invalidType(field + "[" + index + "]", "an object", kind(in)));
      in.skipChildren();
      return;
    }
    String role = null;
    String content = null;
    String type = "message";
    String name;
    while ((name = in.nextFieldName()) != null) {
      in.nextToken();
      switch (name) {
        case "role" -> role = LineRequestReader.string(in);
        case "content" -> content = content(in);
        case "type" -> type = LineRequestReader.string(in);
        default -> in.skipChildren();
      }
    }
    if ("message".equals(type)) {
      check(field + "[" + index + "]", role, content);
    }
    took(role == null ? "" : role, content == null ? "" : content);
  }

  private void check(String param, @Nullable String role, @Nullable String content) {
    if (role == null) {
      request.wrong(ApiError.missing(param + ".role"));
    } else if (!ROLES.contains(role)) {
      request.wrong(
          ApiError.invalidValue(
              param + ".role",
              role,
              "'system', 'assistant', 'user', 'function', 'tool', and 'developer'"));
    } else if (content == null && !role.equals("assistant")) {
      request.wrong(
          ApiError.invalid(
              "Invalid value for 'content': expected a string, got null.",
              param + ".content",
              null));
    }
  }

  /** A string, or the texts of an array of parts. */
  private static @Nullable String content(JsonParser in) throws IOException {
    if (in.currentToken() != JsonToken.START_ARRAY) {
      return LineRequestReader.string(in);
    }
    StringBuilder texts = new StringBuilder();
    while (in.nextToken() != JsonToken.END_ARRAY) {
      if (in.currentToken() == JsonToken.START_OBJECT) {
        String name;
        while ((name = in.nextFieldName()) != null) {
          in.nextToken();
          String text = name.equals("text") ? LineRequestReader.string(in) : null;
          if (text != null) {
            texts.append(texts.isEmpty() ? "" : "\n").append(text);
          } else {
            in.skipChildren();
          }
        }
      } else {
        in.skipChildren();
      }
    }
    return texts.toString();
  }

  void took(String role, String text) {
    request.chars += text.length();
    request.messages++;
    switch (role) {
      case "system", "developer" ->
          request.system = request.system.isEmpty() ? text : request.system + "\n" + text;
      case "user" -> request.user = text;
      // Earlier messages are only counted.
      case "assistant", "model" -> request.goesOn = true;
      default -> {}
    }
  }

  /** A string, strings, objects with a text, tokens, or arrays of tokens. */
  void texts(String field, JsonParser in) throws IOException {
    switch (in.currentToken()) {
      case VALUE_NULL -> {
        return;
      }
      case VALUE_STRING -> text(field, in.getText());
      case START_ARRAY -> array(field, in);
      default -> {
        request.wrong(ApiError.invalidType(field, "a string or an array", kind(in)));
        in.skipChildren();
      }
    }
    request.hasPrompt = true;
  }

  private void array(String field, JsonParser in) throws IOException {
    StringBuilder tokens = new StringBuilder();
    JsonToken token;
    while ((token = in.nextToken()) != JsonToken.END_ARRAY) {
      switch (token) {
        case VALUE_STRING -> text(field, in.getText());
        case VALUE_NUMBER_INT -> tokens.append(in.getText()).append(' ');
        case START_ARRAY -> {
          StringBuilder inner = new StringBuilder();
          while (in.nextToken() != JsonToken.END_ARRAY) {
            inner.append(in.getText()).append(' ');
            in.skipChildren();
          }
          text(field, inner.toString());
        }
        case START_OBJECT -> {
          String name;
          while ((name = in.nextFieldName()) != null) {
            in.nextToken();
            if (name.equals("text") && in.currentToken() == JsonToken.VALUE_STRING) {
              text(field, in.getText());
            } else {
              in.skipChildren();
            }
          }
        }
        default -> request.wrong(ApiError.invalidType(field, "a string or an array", kind(in)));
      }
    }
    if (!tokens.isEmpty()) {
      text(field, tokens.toString());
    }
    if (request.inputs.isEmpty()) {
      request.wrong(emptyArray(field));
    }
  }

  private void text(String field, String text) {
    if (text.isEmpty() && field.equals("input")) {
      request.wrong(
          ApiError.invalid(
              "Invalid 'input[%d]': input cannot be an empty string."
                  .formatted(request.inputs.size()),
              "input",
              null));
    }
    request.chars += text.length();
    request.inputs.add(text);
  }

  private static ApiError emptyArray(String field) {
    return ApiError.invalid(
        "Invalid '%s': empty array. Expected an array with minimum length 1, but got an empty array instead."
            .formatted(field),
        field,
        "empty_array");
  }
}
