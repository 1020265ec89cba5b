package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** Answers {@code /v1/responses}. */
final class ResponsesAnswers implements AnswerRules {
  private final TextRules rules = new TextRules();

  @Override
  public void write(LineRequest request, String key, long created, JsonGenerator out, Usage usage)
      throws IOException {
    Completion completion = Completion.of(request, rules);
    String status = completion.ending() == Completion.Ending.STOP ? "completed" : "incomplete";
    long input = request.promptTokens();
    long output = completion.tokens();
    usage.add(input, output);
    out.writeStartObject();
    out.writeStringField("id", "resp_" + key);
    out.writeStringField("object", "response");
    out.writeNumberField("created_at", created);
    out.writeStringField("status", status);
    out.writeBooleanField("background", false);
    out.writeNullField("error");
    out.writeFieldName("incomplete_details");
    out.writeRawValue(
        switch (completion.ending()) {
          case STOP -> "null";
          case LENGTH -> "{\"reason\":\"max_output_tokens\"}";
          case CONTENT_FILTER -> "{\"reason\":\"content_filter\"}";
        });
    out.writeStringField("instructions", request.system.isEmpty() ? null : request.system);
    out.writeFieldName("max_output_tokens");
    if (request.maxTokens == Integer.MAX_VALUE) {
      out.writeNull();
    } else {
      out.writeNumber(request.maxTokens);
    }
    out.writeStringField("model", request.model + SUFFIX);
    output(completion, key, status, out);
    settings(request, out);
    out.writeObjectFieldStart("usage");
    out.writeNumberField("input_tokens", input);
    out.writeFieldName("input_tokens_details");
    out.writeRawValue("{\"cached_tokens\":0,\"cache_write_tokens\":0}");
    out.writeNumberField("output_tokens", output);
    out.writeFieldName("output_tokens_details");
    out.writeRawValue("{\"reasoning_tokens\":0}");
    out.writeNumberField("total_tokens", input + output);
    out.writeEndObject();
    out.writeNullField("user");
    out.writeFieldName("metadata");
    out.writeRawValue("{}");
    out.writeEndObject();
  }

  private static void output(Completion completion, String key, String status, JsonGenerator out)
      throws IOException {
    out.writeArrayFieldStart("output");
    out.writeStartObject();
    out.writeStringField("id", "msg_" + key);
    out.writeStringField("type", "message");
    out.writeStringField("status", status);
    out.writeArrayFieldStart("content");
    out.writeStartObject();
    out.writeStringField("type", "output_text");
    out.writeFieldName("annotations");
    out.writeRawValue("[],\"logprobs\":[]");
    out.writeStringField("text", completion.text());
    out.writeEndObject();
    out.writeEndArray();
    out.writeStringField("role", "assistant");
    out.writeEndObject();
    out.writeEndArray();
  }

  private static void settings(LineRequest request, JsonGenerator out) throws IOException {
    out.writeFieldName("parallel_tool_calls");
    out.writeRawValue(
        "true,\"previous_response_id\":null,\"reasoning\":{\"effort\":null,\"summary\":null},"
            + "\"service_tier\":\"default\",\"store\":true,\"temperature\":1.0");
    out.writeFieldName("text");
    out.writeStartObject();
    out.writeFieldName("format");
    switch (request.format) {
      case TEXT -> out.writeRawValue("{\"type\":\"text\"}");
      case JSON_OBJECT -> out.writeRawValue("{\"type\":\"json_object\"}");
      case JSON_SCHEMA -> {
        out.writeStartObject();
        out.writeStringField("type", "json_schema");
        out.writeStringField("name", "answer");
        out.writeBooleanField("strict", request.strict);
        out.writeFieldName("schema");
        out.writeTree(request.schema);
        out.writeEndObject();
      }
    }
    out.writeStringField("verbosity", "medium");
    out.writeEndObject();
    out.writeFieldName("tool_choice");
    out.writeRawValue("\"auto\",\"tools\":[],\"top_p\":1.0,\"truncation\":\"disabled\"");
  }
}
