package io.beambatch.localserver;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Mistral's batches: OpenAI's result lines, for requests that name no model. */
final class MistralFormat extends OpenAiFormat {
  private static final BatchTraits TRAITS =
      new BatchTraits(
          "mistral",
          "",
          "batch",
          50_000,
          512L << 20,
          Duration.ofSeconds(Expiry.USUAL_SECONDS),
          true,
          true,
          LINES,
          false);

  @Override
  public BatchTraits traits() {
    return TRAITS;
  }

  @Override
  public LineChecks checks(BatchEndpoint endpoint, LocalServerSettings settings) {
    Set<String> customIds = new HashSet<>();
    return (request, line, problems) -> check(request, line, problems, customIds);
  }

  private static void check(
      LineRequest request, int line, List<BatchProblem> problems, Set<String> customIds) {
    if (request.customId == null) {
      problems.add(BatchProblem.missing("custom_id", line));
    } else if (!customIds.add(request.customId)) {
      problems.add(
          new BatchProblem("duplicate", "Duplicate custom_id on line " + line, "custom_id", line));
    }
    if (!request.hasBody) {
      problems.add(BatchProblem.missing("body", line));
    }
  }
}
