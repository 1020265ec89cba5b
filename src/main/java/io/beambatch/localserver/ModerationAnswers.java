package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Answers {@code /v1/moderations}: a category applies to a text with one of its words. */
final class ModerationAnswers implements AnswerRules {
  private static final Map<String, List<String>> CATEGORIES = categories();

  @Override
  public void write(LineRequest request, String key, long created, JsonGenerator out, Usage usage)
      throws IOException {
    String model = request.model == null ? "omni-moderation-latest" : request.model;
    out.writeStartObject();
    out.writeStringField("id", "modr-" + key);
    out.writeStringField("model", model + SUFFIX);
    out.writeArrayFieldStart("results");
    for (String text : request.inputs) {
      result(text, out);
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  private static void result(String text, JsonGenerator out) throws IOException {
    boolean[] applies = new boolean[CATEGORIES.size()];
    boolean flagged = false;
    int i = 0;
    for (List<String> words : CATEGORIES.values()) {
      for (String word : words) {
        applies[i] |= Words.contains(text, word);
      }
      flagged |= applies[i++];
    }
    out.writeStartObject();
    out.writeBooleanField("flagged", flagged);
    out.writeObjectFieldStart("categories");
    i = 0;
    for (String category : CATEGORIES.keySet()) {
      out.writeBooleanField(category, applies[i++]);
    }
    out.writeEndObject();
    out.writeObjectFieldStart("category_scores");
    i = 0;
    for (String category : CATEGORIES.keySet()) {
      out.writeNumberField(category, applies[i++] ? 0.98 : 0.0001);
    }
    out.writeEndObject();
    out.writeObjectFieldStart("category_applied_input_types");
    i = 0;
    for (String category : CATEGORIES.keySet()) {
      out.writeFieldName(category);
      out.writeRawValue(applies[i++] ? "[\"text\"]" : "[]");
    }
    out.writeEndObject();
    out.writeEndObject();
  }

  private static Map<String, List<String>> categories() {
    Map<String, List<String>> words = new LinkedHashMap<>();
    words.put("harassment", List.of("idiot", "stupid", "moron", "loser"));
    words.put("harassment/threatening", List.of("kill you", "hurt you", "beat you"));
    words.put("hate", List.of("subhuman", "vermin"));
    words.put("hate/threatening", List.of("exterminate them", "kill them all"));
    words.put("illicit", List.of("steal", "launder money", "buy drugs"));
    words.put("illicit/violent", List.of("build a bomb", "make a bomb"));
    words.put("self-harm", List.of("suicide", "self-harm", "kill myself", "hurt myself"));
    words.put("self-harm/intent", List.of("kill myself", "hurt myself", "end my life"));
    words.put("self-harm/instructions", List.of("how to kill myself"));
    words.put("sexual", List.of("porn", "pornographic", "erotic"));
    words.put("sexual/minors", List.of("child pornography"));
    words.put("violence", List.of("kill", "murder", "shoot", "stab", "kill you"));
    words.put("violence/graphic", List.of("gore", "dismember", "blood everywhere"));
    return words;
  }
}
