package io.beambatch.result;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.beambatch.json.JsonSlice;
import io.beambatch.json.LoneSurrogates;
import io.beambatch.provider.ResultLine;
import io.beambatch.provider.TokenUsage;
import io.beambatch.reuse.StoredAnswer;
import org.jspecify.annotations.Nullable;

/** Builds the {@code _batch} of answered documents: who answered, in which batch, for how much. */
final class BatchField {
  /** More characters than most have. */
  private static final int USUAL_LENGTH = 1 << 9;

  private final boolean hasTypes;
  private final Quoted batch = new Quoted();
  private final Quoted run = new Quoted();

  /**
   * The fields of one file.
   *
   * @param hasTypes whether the sink has types: then all documents have the same columns
   */
  BatchField(boolean hasTypes) {
    this.hasTypes = hasTypes;
  }

  /** That of a document whose own request was answered. */
  JsonSlice of(ResultLine line, SentRequest sent) {
    TokenUsage usage = line.usage();
    StringBuilder json = beginning(line);
    count(json, usage.prompt()).append(",\"completion_tokens\":");
    count(json, usage.completion())
        .append(",\"batch_id\":")
        .append(batch.json(String.valueOf(sent.batchId())))
        .append(",\"custom_id\":\"")
        .append(sent.customId())
        .append("\",\"attempt\":")
        .append(sent.attempt());
    if (!hasTypes) {
      detail(json, ",\"cached_tokens\":", usage.cached());
      detail(json, ",\"reasoning_tokens\":", usage.reasoning());
      detail(json, ",\"cache_write_tokens\":", usage.written());
    }
    return JsonSlice.of(json.append('}').toString());
  }

  /**
   * That of a document that gets another's answer. Its token counts are zero, so that the sum over
   * all documents is what was paid for.
   *
   * @param customId the document's own
   */
  JsonSlice reused(ResultLine line, String customId, StoredAnswer.Origin origin) {
    StringBuilder json =
        beginning(line)
            .append("0,\"completion_tokens\":0,\"batch_id\":")
            .append(batch.json(origin.batchId()))
            .append(",\"custom_id\":\"")
            .append(customId)
            .append("\",\"attempt\":")
            .append(origin.attempt());
    if (!hasTypes) {
      json.append(",\"reused_from\":{\"run\":")
          .append(run.json(origin.run()))
          .append(",\"custom_id\":\"");
      JsonStringEncoder.getInstance().quoteAsString(origin.customId(), json);
      json.append("\"}");
    }
    return JsonSlice.of(json.append('}').toString());
  }

  private static StringBuilder beginning(ResultLine line) {
    return new StringBuilder(USUAL_LENGTH)
        .append("{\"model\":")
        .append(whole(line.model()))
        .append(",\"finish_reason\":")
        .append(whole(line.answer().finishReason()))
        .append(",\"prompt_tokens\":");
  }

  /** The provider's metadata of an answer, restricted to characters that every reader accepts. */
  private static String whole(@Nullable JsonSlice value) {
    return value == null ? "null" : LoneSurrogates.replaced(value.json());
  }

  private static StringBuilder count(StringBuilder json, long count) {
    return count < 0 ? json.append("null") : json.append(count);
  }

  /** Only counts that the provider reports. */
  private static void detail(StringBuilder json, String name, long count) {
    if (count >= 0) {
      json.append(name).append(count);
    }
  }

  /** Quotes texts. Most are the same as the one before, which it remembers. */
  private static final class Quoted {
    private String text = "";
    private String json = "\"\"";

    String json(String next) {
      if (!next.equals(text)) {
        json = '"' + new String(JsonStringEncoder.getInstance().quoteAsString(next)) + '"';
        text = next;
      }
      return json;
    }
  }
}
