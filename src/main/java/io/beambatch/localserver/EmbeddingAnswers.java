package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Base64;

/**
 * Answers {@code /v1/embeddings}: unit vectors whose signs are the majority of the words' hashes,
 * so that texts with common words have similar vectors.
 */
final class EmbeddingAnswers implements AnswerRules {
  private static final int LARGE = 3072;
  private static final int SMALL = 1536;

  private int[] sums = new int[SMALL];
  private long hash;
  private String plus = "";
  private String minus = "";
  private int textsFor;

  @Override
  public void write(LineRequest request, String key, long created, JsonGenerator out, Usage usage)
      throws IOException {
    int dimensions = dimensions(request);
    out.writeStartObject();
    out.writeStringField("object", "list");
    out.writeArrayFieldStart("data");
    for (int i = 0; i < request.inputs.size(); i++) {
      out.writeStartObject();
      out.writeStringField("object", "embedding");
      out.writeNumberField("index", i);
      out.writeFieldName("embedding");
      if (request.base64) {
        embed(request.inputs.get(i), dimensions);
        out.writeString(base64(dimensions));
      } else {
        vector(request.inputs.get(i), dimensions, out);
      }
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeStringField("model", request.model + SUFFIX);
    long tokens = Math.max(1, LineRequest.tokens(request.chars));
    out.writeObjectFieldStart("usage");
    out.writeNumberField("prompt_tokens", tokens);
    out.writeNumberField("total_tokens", tokens);
    out.writeEndObject();
    out.writeEndObject();
    usage.add(tokens, 0);
  }

  private static int dimensions(LineRequest request) {
    if (request.dimensions > 0) {
      return request.dimensions;
    }
    return request.model != null && request.model.contains("large") ? LARGE : SMALL;
  }

  private void embed(String text, int dimensions) {
    if (sums.length != dimensions) {
      sums = new int[dimensions];
    }
    Arrays.fill(sums, 0);
    vote(text.hashCode()); // gives a text without words a direction, too, and breaks ties
    Words.each(text, word -> vote(word.hashCode()));
  }

  private void vote(int word) {
    hash = word;
    for (int i = 0; i < sums.length; ) {
      long bits = Ids.mix(hash += 0x9e3779b97f4a7c15L);
      int end = Math.min(sums.length, i + 64);
      for (; i < end; i++) {
        sums[i] += (int) (bits & 1) * 2 - 1;
        bits >>>= 1;
      }
    }
  }

  /** Writes the vector of a text. */
  void vector(String text, int dimensions, JsonGenerator out) throws IOException {
    embed(text, dimensions);
    if (textsFor != dimensions) {
      float unit = unit(dimensions);
      plus = Float.toString(unit);
      minus = Float.toString(-unit);
      textsFor = dimensions;
    }
    out.writeStartArray();
    for (int sum : sums) {
      out.writeNumber(sum >= 0 ? plus : minus);
    }
    out.writeEndArray();
  }

  private String base64(int dimensions) {
    float unit = unit(dimensions);
    ByteBuffer bytes = ByteBuffer.allocate(4 * dimensions).order(ByteOrder.LITTLE_ENDIAN);
    for (int sum : sums) {
      bytes.putFloat(sum >= 0 ? unit : -unit);
    }
    return Base64.getEncoder().encodeToString(bytes.array());
  }

  private static float unit(int dimensions) {
    return (float) (1 / Math.sqrt(dimensions));
  }
}
