package io.beambatch.provider.gemini;

import io.beambatch.json.JsonPaths;
import io.beambatch.json.JsonPieces;
import io.beambatch.json.JsonSlice;
import io.beambatch.provider.ResultLine.Answer;
import io.beambatch.provider.ResultLine.Ending;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Extracts the answer from a response's candidates. If a model called a function instead of writing
 * text, the call's arguments are the answer. Thoughts are ignored.
 */
final class GeminiAnswers {
  private static final JsonPaths CANDIDATE = JsonPaths.of("/content/parts", "/finishReason");
  private static final JsonPaths PART = JsonPaths.of("/text", "/thought", "/functionCall/args");

  private static final Set<String> REFUSED =
      Set.of(
          "SAFETY",
          "RECITATION",
          "LANGUAGE",
          "BLOCKLIST",
          "PROHIBITED_CONTENT",
          "SPII",
          "IMAGE_SAFETY",
          "IMAGE_PROHIBITED_CONTENT",
          "IMAGE_RECITATION");

  private final boolean several;

  /**
   * Extracts the answers of a job.
   *
   * @param several whether a request asks for several candidates, which are returned as a list
   */
  GeminiAnswers(boolean several) {
    this.several = several;
  }

  /**
   * Extracts an answer.
   *
   * @param candidates or null if there are none
   * @param blockReason why the prompt was refused, or null
   */
  Answer read(@Nullable JsonSlice candidates, @Nullable JsonSlice blockReason) throws IOException {
    List<JsonSlice> all = JsonPaths.elements(candidates);
    if (all.isEmpty()) {
      Ending ending = blockReason == null ? Ending.COMPLETE : Ending.REFUSED;
      return new Answer(null, false, blockReason, blockReason, ending);
    }
    List<JsonSlice> values = new ArrayList<>();
    JsonSlice reason = null;
    Ending worst = Ending.COMPLETE;
    for (JsonSlice candidate : several ? all : all.subList(0, 1)) {
      @Nullable JsonSlice[] found = CANDIDATE.find(candidate);
      JsonSlice value = value(found[0]);
      if (value != null) {
        values.add(value);
      }
      Ending ending = ending(found[1]);
      if (reason == null || ending.compareTo(worst) > 0) {
        reason = found[1];
        worst = ending;
      }
    }
    JsonSlice value = values.isEmpty() ? null : several ? JsonPieces.array(values) : values.get(0);
    return new Answer(value, several && value != null, reason, null, worst);
  }

  private static @Nullable JsonSlice value(@Nullable JsonSlice parts) throws IOException {
    List<JsonSlice> texts = new ArrayList<>();
    List<JsonSlice> calls = new ArrayList<>();
    for (JsonSlice part : JsonPaths.elements(parts)) {
      @Nullable JsonSlice[] found = PART.find(part);
      boolean thought = found[1] != null && found[1].json().equals("true");
      if (found[0] != null && found[0].isText() && !thought) {
        texts.add(found[0]);
      } else if (found[2] != null) {
        calls.add(JsonPieces.onOneLine(found[2]));
      }
    }
    return texts.isEmpty() ? JsonPieces.oneOrArray(calls) : JsonPieces.concatenated(texts);
  }

  private static Ending ending(@Nullable JsonSlice reason) throws IOException {
    if (reason == null || !reason.isText()) {
      return Ending.COMPLETE;
    }
    String word = reason.text();
    if (word.equals("STOP") || word.equals("FINISH_REASON_UNSPECIFIED")) {
      return Ending.COMPLETE;
    }
    if (word.equals("MAX_TOKENS")) {
      return Ending.TRUNCATED;
    }
    return REFUSED.contains(word) ? Ending.REFUSED : Ending.ERROR;
  }
}
