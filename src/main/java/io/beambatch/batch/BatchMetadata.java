package io.beambatch.batch;

import io.beambatch.chunk.Chunk;
import io.beambatch.provider.Batch;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is written into a batch's metadata, so that it can be recognised and counted by any run. */
final class BatchMetadata {
  private static final String KEY = "beambatch_key";
  private static final String TOKENS = "beambatch_tokens";
  private static final String REQUESTS = "beambatch_requests";
  private static final String MODEL = "beambatch_model";

  private BatchMetadata() {}

  static Map<String, String> of(RunIdentity run, Chunk chunk, String model) {
    return Map.of(
        KEY,
        run.key(chunk.id()),
        "beambatch_job",
        run.job(),
        "beambatch_run",
        run.run(),
        "beambatch_chunk",
        chunk.id(),
        MODEL,
        model,
        TOKENS,
        Long.toString(chunk.tokens()),
        REQUESTS,
        Long.toString(chunk.requests()));
  }

  static @Nullable String key(Batch batch) {
    return batch.metadata().get(KEY);
  }

  /**
   * What a batch of this model holds of the budget, or nothing if it isn't of ours or has ended.
   */
  static Enqueued enqueued(Batch batch, String model) {
    if (batch.status().ended() || !model.equals(batch.metadata().get(MODEL))) {
      return Enqueued.NONE;
    }
    return new Enqueued(
        number(batch.metadata().get(TOKENS)), number(batch.metadata().get(REQUESTS)));
  }

  private static long number(@Nullable String text) {
    return text != null && text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0;
  }
}
