package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** Answers Gemini's {@code embedContent}: one vector for each request. */
final class EmbedContentAnswers implements AnswerRules {
  private static final int USUAL_DIMENSIONS = 3_072;

  private final EmbeddingAnswers vectors = new EmbeddingAnswers();

  @Override
  public void write(LineRequest request, String key, long created, JsonGenerator out, Usage usage)
      throws IOException {
    long tokens = Math.max(1, LineRequest.tokens(request.chars));
    usage.add(tokens, 0);
    out.writeStartObject();
    out.writeObjectFieldStart("embedding");
    out.writeFieldName("values");
    vectors.vector(
        request.inputs.get(0), request.dimensions > 0 ? request.dimensions : USUAL_DIMENSIONS, out);
    out.writeEndObject();
    out.writeStringField("tokenCount", Long.toString(tokens));
    out.writeEndObject();
  }
}
