package io.beambatch.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.beambatch.cost.CostEstimate.Bound;
import io.beambatch.document.FailureCause;
import io.beambatch.document.FailureReason;
import io.beambatch.job.Job;
import io.beambatch.job.Retry.MaxFailed;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The result of a run in numbers, as written to {@code report.json}: made by {@link
 * Reconciliation}.
 *
 * @param documents read from the source
 * @param answered written to the sink
 * @param failed written to the dead letter, by reason
 * @param requests sent, over all attempts
 * @param attempts the highest attempt that was made
 * @param bytes of all input files
 * @param promptTokens as the provider counted them
 * @param completionTokens as the provider counted them
 * @param costUsd at batch prices, or null if the model's price is unknown
 * @param costRealtimeUsd what the same would have cost without batches, or null
 * @param startedAt ISO 8601, UTC
 * @param finishedAt ISO 8601, UTC
 * @param cachedTokens prompt tokens that the provider had in its cache
 * @param reasoningTokens completion tokens that models spent before their answers
 * @param uncountedAnswers answers that came without their tokens
 * @param costBound whether {@code costUsd} is exact, or a bound
 * @param causes the commonest cause of each reason for failing, in our words, by reason
 * @param kept what stays in the run's folder, each with the reason
 * @param cacheWriteTokens prompt tokens that were written to the provider's cache
 * @param problems what a later launch of a stream has to settle, such as chunks that a refused key
 *     has left unsent; a run that ends has none
 * @param reused those of the answered documents whose answers were bought for others
 * @param promptCache how far the provider's cache was of use, or null if nothing was in it
 * @param canary what the canary has shown, or null if there was none
 * @param repaired what it took to have answers repaired, or null if that isn't asked for
 */
@JsonNaming(SnakeCaseStrategy.class)
public record Report(
    String job,
    String run,
    String model,
    long documents,
    long answered,
    Map<String, Long> failed,
    long requests,
    int batches,
    int attempts,
    long bytes,
    long promptTokens,
    long completionTokens,
    @Nullable BigDecimal costUsd,
    @Nullable BigDecimal costRealtimeUsd,
    String startedAt,
    String finishedAt,
    double seconds,
    long cachedTokens,
    long reasoningTokens,
    long uncountedAnswers,
    Bound costBound,
    Map<String, FailureCause> causes,
    Map<String, String> kept,
    long cacheWriteTokens,
    List<String> problems,
    long reused,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Repaired repaired,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable PromptCacheUse promptCache,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable CanaryVerdict canary) {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  /** A report that an earlier version wrote says neither causes nor bound nor what is open. */
  public Report {
    causes = causes == null ? Map.of() : causes;
    kept = kept == null ? Map.of() : kept;
    problems = problems == null ? List.of() : problems;
    costBound = costBound == null ? Bound.EXACT : costBound;
  }

  /**
   * What was bought to have answers repaired that broke their schema; all of it is part of the
   * report's other numbers, too.
   *
   * @param requests that asked for a better answer
   * @param answered those of them that got one
   * @param costUsd at batch prices, or null if the model's price is unknown
   */
  @JsonNaming(SnakeCaseStrategy.class)
  public record Repaired(
      long requests,
      long answered,
      long promptTokens,
      long completionTokens,
      @Nullable BigDecimal costUsd) {}

  /**
   * How far the provider's cache of prompts was of use.
   *
   * @param hitRate of the tokens that went to the cache or came from it, the share that came from
   *     it
   * @param savedUsd less than the same would have cost in batches without a cache; negative if it
   *     cost more, null if the prices are unknown
   */
  @JsonNaming(SnakeCaseStrategy.class)
  public record PromptCacheUse(double hitRate, @Nullable BigDecimal savedUsd) {}

  /** The report of a run that is finished. */
  public static Report of(RunFolder folder) throws IOException {
    try (InputStream stream = folder.open(folder.report())) {
      return MAPPER.readValue(stream, Report.class);
    }
  }

  /** Writes it into the run's folder. */
  void write(RunFolder folder) throws IOException {
    Storage.write(
        folder.report(),
        stream -> stream.write(MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(this)));
  }

  /**
   * What is wrong with a run of which more documents failed than {@code retry.max_failed} allows
   * or, where it isn't set, of which no document at all was answered; empty if nothing is.
   */
  public Optional<String> excess(Job job) {
    return excess(job, documents, answered, failures());
  }

  /**
   * The same of numbers.
   *
   * @param answered or may be answered yet
   */
  public static Optional<String> excess(Job job, long documents, long answered, long failures) {
    MaxFailed most = job.inference().retry().maxFailed();
    if (most == null) {
      return documents > 0 && answered == 0
          ? Optional.of(
              documents == 1
                  ? "the only document was not answered"
                  : "none of " + number(documents) + " documents was answered")
          : Optional.empty();
    }
    return most.exceededBy(failures, documents)
        ? Optional.of(
            number(failures)
                + " of "
                + number(documents)
                + " documents failed, more than retry.max_failed allows")
        : Optional.empty();
  }

  /** What was not sent because of a limit on cost, in words; empty if everything was. */
  public Optional<String> overBudget() {
    long unsent = failed.getOrDefault(FailureReason.OVER_BUDGET.code(), 0L);
    return unsent == 0
        ? Optional.empty()
        : Optional.of("a limit on cost is reached: " + number(unsent) + " documents were not sent");
  }

  private static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** Failed documents of all reasons. */
  public long failures() {
    return failed.values().stream().mapToLong(Long::longValue).sum();
  }
}
