package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** Answers {@code /v1/chat/completions}. */
final class ChatAnswers implements AnswerRules {
  private final TextRules rules = new TextRules();

  @Override
  public void write(LineRequest request, String key, long created, JsonGenerator out, Usage usage)
      throws IOException {
    Completion completion = Completion.of(request, rules);
    long input = request.promptTokens();
    long output = completion.tokens() * request.n;
    usage.add(input, output);
    out.writeStartObject();
    out.writeStringField("id", "chatcmpl-" + key);
    out.writeStringField("object", "chat.completion");
    out.writeNumberField("created", created);
    out.writeStringField("model", request.model + SUFFIX);
    out.writeArrayFieldStart("choices");
    for (int i = 0; i < request.n; i++) {
      choice(i, completion, out);
    }
    out.writeEndArray();
    out.writeObjectFieldStart("usage");
    out.writeNumberField("prompt_tokens", input);
    out.writeNumberField("completion_tokens", output);
    out.writeNumberField("total_tokens", input + output);
    out.writeFieldName("prompt_tokens_details");
    out.writeRawValue("{\"cached_tokens\":0,\"audio_tokens\":0}");
    out.writeFieldName("completion_tokens_details");
    out.writeRawValue(
        "{\"reasoning_tokens\":0,\"audio_tokens\":0,\"accepted_prediction_tokens\":0,"
            + "\"rejected_prediction_tokens\":0}");
    out.writeEndObject();
    out.writeStringField("service_tier", "default");
    out.writeStringField("system_fingerprint", "fp_simulated");
    out.writeEndObject();
  }

  private static void choice(int index, Completion completion, JsonGenerator out)
      throws IOException {
    out.writeStartObject();
    out.writeNumberField("index", index);
    out.writeObjectFieldStart("message");
    out.writeStringField("role", "assistant");
    out.writeStringField("content", completion.text());
    out.writeFieldName("refusal");
    out.writeRawValue("null,\"annotations\":[]");
    out.writeEndObject();
    out.writeFieldName("logprobs");
    out.writeNull();
    out.writeStringField("finish_reason", completion.ending().code());
    out.writeEndObject();
  }
}
