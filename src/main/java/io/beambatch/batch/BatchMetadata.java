package io.beambatch.batch;

import io.beambatch.chunk.Chunk;
import io.beambatch.job.RequestSpec;
import io.beambatch.provider.Batch;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The metadata of a batch: what any run needs to recognise it, and to count it against the limits.
 */
final class BatchMetadata {
  private static final String TOKENS = "beambatch_tokens";
  private static final String REQUESTS = "beambatch_requests";
  private static final String MODEL = "beambatch_model";

  private BatchMetadata() {}

  static Map<String, String> of(RunIdentity run, Chunk chunk, String model) {
    return Map.of(
        Batch.KEY,
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

  /**
   * What a batch counts against the limits of a model: nothing if it has ended or is for another
   * model. For batches of other programs, only the number of requests is known, not the model.
   */
  static InFlightUsage usage(Batch batch, RequestSpec request) {
    if (batch.status().ended()) {
      return InFlightUsage.NONE;
    }
    String model = batch.metadata().get(MODEL);
    if (model == null) {
      return request.endpoint().equals(batch.endpoint())
          ? new InFlightUsage(0, Math.max(0, batch.total()))
          : InFlightUsage.NONE;
    }
    return model.equals(request.model())
        ? new InFlightUsage(
            number(batch.metadata().get(TOKENS)), number(batch.metadata().get(REQUESTS)))
        : InFlightUsage.NONE;
  }

  private static long number(@Nullable String text) {
    return text != null && text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0;
  }
}
