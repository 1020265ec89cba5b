package io.beambatch.localserver;

import java.time.Duration;

/** OpenRouter's batches: OpenAI's lines, one list of results, one model. */
final class OpenRouterFormat extends OpenAiFormat {
  private static final BatchTraits TRAITS =
      new BatchTraits(
          "openrouter",
          "batch_",
          "openrouter",
          5_000,
          209_715_200,
          Duration.ofSeconds(Expiry.USUAL_SECONDS),
          false,
          false,
          LINES,
          false);

  @Override
  public BatchTraits traits() {
    return TRAITS;
  }

  /** Faulty lines were refused at creation. */
  @Override
  public LineChecks checks(BatchEndpoint endpoint, LocalServerSettings settings) {
    return LineChecks.NONE;
  }
}
