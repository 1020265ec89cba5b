package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** Answers {@code /v1/completions}: one choice, or {@code n}, for each prompt. */
final class CompletionAnswers implements AnswerRules {
  private static final int DEFAULT_MAX_TOKENS = 16;

  private final TextRules rules = new TextRules();

  @Override
  public void write(LineRequest request, String key, long created, JsonGenerator out, Usage usage)
      throws IOException {
    if (request.maxTokens == Integer.MAX_VALUE) {
      request.maxTokens = DEFAULT_MAX_TOKENS;
    }
    long input = request.promptTokens();
    long output = 0;
    int index = 0;
    out.writeStartObject();
    out.writeStringField("id", "cmpl-" + key);
    out.writeStringField("object", "text_completion");
    out.writeNumberField("created", created);
    out.writeStringField("model", request.model + SUFFIX);
    out.writeArrayFieldStart("choices");
    for (String prompt : request.inputs) {
      Completion completion = Completion.cut(rules.answer("", prompt), request);
      for (int i = 0; i < request.n; i++) {
        out.writeStartObject();
        out.writeStringField("text", completion.text());
        out.writeNumberField("index", index++);
        out.writeNullField("logprobs");
        out.writeStringField("finish_reason", completion.ending().code());
        out.writeEndObject();
        output += completion.tokens();
      }
    }
    out.writeEndArray();
    out.writeObjectFieldStart("usage");
    out.writeNumberField("prompt_tokens", input);
    out.writeNumberField("completion_tokens", output);
    out.writeNumberField("total_tokens", input + output);
    out.writeEndObject();
    out.writeEndObject();
    usage.add(input, output);
  }
}
