package io.beambatch.localserver;

/** Batches as OpenRouter has them: lines of OpenAI's, one list of results, one model. */
final class OpenRouterFormat extends OpenAiFormat {
  @Override
  public String name() {
    return "openrouter";
  }

  @Override
  public String purpose() {
    return "openrouter";
  }

  @Override
  public int maxRequests() {
    return 5_000;
  }

  @Override
  public boolean failuresApart() {
    return false;
  }

  @Override
  public boolean batchesFail() {
    return false;
  }

  @Override
  public boolean modelInLines() {
    return false;
  }

  /** What could be wrong with a line was refused at the creation. */
  @Override
  public LineChecks checks(BatchEndpoint endpoint, LocalServerSettings settings) {
    return LineChecks.NONE;
  }
}
