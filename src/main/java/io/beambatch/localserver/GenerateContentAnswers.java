package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** Answers Gemini's {@code generateContent}. */
final class GenerateContentAnswers implements AnswerRules {
  private final TextRules rules = new TextRules();

  @Override
  public void write(LineRequest request, String key, long created, JsonGenerator out, Usage usage)
      throws IOException {
    Completion completion = Completion.of(request, rules);
    long input = request.promptTokens();
    long output = completion.tokens();
    long thoughts = Math.min(request.thinkingTokens, 4 * output);
    usage.add(input, output + thoughts);
    out.writeStartObject();
    out.writeArrayFieldStart("candidates");
    out.writeStartObject();
    out.writeObjectFieldStart("content");
    out.writeArrayFieldStart("parts");
    out.writeStartObject();
    out.writeStringField("text", completion.text());
    out.writeEndObject();
    out.writeEndArray();
    out.writeStringField("role", "model");
    out.writeEndObject();
    out.writeStringField(
        "finishReason",
        switch (completion.ending()) {
          case STOP -> "STOP";
          case LENGTH -> "MAX_TOKENS";
          case CONTENT_FILTER -> "SAFETY";
        });
    out.writeNumberField("index", 0);
    out.writeEndObject();
    out.writeEndArray();
    out.writeObjectFieldStart("usageMetadata");
    out.writeNumberField("promptTokenCount", input);
    out.writeNumberField("candidatesTokenCount", output);
    if (thoughts > 0) {
      out.writeNumberField("thoughtsTokenCount", thoughts);
    }
    out.writeNumberField("totalTokenCount", input + output + thoughts);
    out.writeEndObject();
    out.writeStringField("modelVersion", request.model + SUFFIX);
    out.writeStringField("responseId", key);
    out.writeEndObject();
  }
}
