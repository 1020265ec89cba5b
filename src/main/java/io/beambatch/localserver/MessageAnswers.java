package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** Answers Anthropic's {@code /v1/messages}. */
final class MessageAnswers implements AnswerRules {
  private final TextRules rules = new TextRules();

  @Override
  public void write(LineRequest request, String key, long created, JsonGenerator out, Usage usage)
      throws IOException {
    Completion completion = Completion.of(request, rules);
    long input = request.promptTokens();
    usage.add(input, completion.tokens());
    out.writeStartObject();
    out.writeStringField("id", "msg_" + key);
    out.writeStringField("type", "message");
    out.writeStringField("role", "assistant");
    out.writeStringField("model", request.model + SUFFIX);
    content(request, completion, key, out);
    out.writeStringField("stop_reason", stopReason(request, completion.ending()));
    out.writeNullField("stop_sequence");
    usage(request, input, completion.tokens(), out);
    out.writeEndObject();
  }

  private static void content(
      LineRequest request, Completion completion, String key, JsonGenerator out)
      throws IOException {
    out.writeArrayFieldStart("content");
    out.writeStartObject();
    if (request.tool != null && completion.ending() == Completion.Ending.STOP) {
      out.writeStringField("type", "tool_use");
      out.writeStringField("id", "toolu_" + key);
      out.writeStringField("name", request.tool);
      out.writeFieldName("input");
      out.writeRawValue(completion.text());
    } else {
      out.writeStringField("type", "text");
      out.writeStringField("text", completion.text());
      out.writeNullField("citations");
    }
    out.writeEndObject();
    out.writeEndArray();
  }

  private static String stopReason(LineRequest request, Completion.Ending ending) {
    return switch (ending) {
      case STOP -> request.tool == null ? "end_turn" : "tool_use";
      case LENGTH -> "max_tokens";
      case CONTENT_FILTER -> "refusal";
    };
  }

  /**
   * Requests of one batch are answered concurrently: each writes what wasn't in the cache before
   * the batch.
   */
  private void usage(LineRequest request, long input, long output, JsonGenerator out)
      throws IOException {
    long marked = LineRequest.tokens(request.cachedChars);
    long read = request.isKept() && request.isCached ? marked : 0;
    long written = request.isKept() && !request.isCached ? marked : 0;
    out.writeObjectFieldStart("usage");
    out.writeNumberField("input_tokens", Math.max(0, input - read - written));
    out.writeNumberField("cache_creation_input_tokens", written);
    out.writeNumberField("cache_read_input_tokens", read);
    out.writeObjectFieldStart("cache_creation");
    out.writeNumberField("ephemeral_5m_input_tokens", 0);
    out.writeNumberField("ephemeral_1h_input_tokens", written);
    out.writeEndObject();
    out.writeNumberField("output_tokens", output);
    out.writeStringField("service_tier", "batch");
    out.writeEndObject();
  }
}
