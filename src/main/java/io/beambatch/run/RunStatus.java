package io.beambatch.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchEntry.BatchEnd;
import io.beambatch.provider.Batch;
import io.beambatch.provider.Capabilities;
import io.beambatch.result.JoinedChunk;
import io.beambatch.run.RunProgress.ChunkProgress;
import io.beambatch.run.RunProgress.Stage;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A run's batches as the ledger and the provider know them: what {@code status} shows.
 *
 * @param planned whether its documents were read and packed
 * @param finished whether nothing is left to do
 * @param pending batches that have not ended, as far as is known
 * @param collectable whether collect has something to do: to submit, to join, to write
 * @param cancelled whether nothing of it is sent any more
 * @param ended batches that have ended, and whose results are not collected
 * @param unsubmitted what is planned and has no batch yet
 * @param report how it ended, once it is finished
 * @param collectBefore when collect has to run at the latest, as an ISO time, where the provider
 *     keeps results for a short time; else null
 */
@JsonNaming(SnakeCaseStrategy.class)
public record RunStatus(
    String job,
    String run,
    boolean planned,
    boolean finished,
    int pending,
    boolean collectable,
    boolean cancelled,
    int ended,
    int unsubmitted,
    @Nullable Report report,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String collectBefore,
    List<BatchRow> batches) {

  /**
   * One batch, or what is to become one.
   *
   * @param state {@code planned}, {@code uploaded} (waiting until it may be submitted), {@code
   *     submitting}, {@code over_budget} (a limit on cost holds it back), {@code vanished} (the
   *     provider doesn't know the batch any more), or the provider's word for the batch's status
   * @param collected whether its results are joined onto their documents
   * @param answered requests, null if that is not known
   * @param failed requests, null if that is not known; of a collected batch, they include those to
   *     be sent again
   * @param estimatedTokens of the prompts
   * @param promptTokens as the provider counted them, null before the batch is collected
   * @param completionTokens as the provider counted them
   * @param seconds how long the batch has been in flight, or was; null if there is none
   */
  @JsonNaming(SnakeCaseStrategy.class)
  public record BatchRow(
      String chunk,
      int attempt,
      @JsonProperty("batch_id") @Nullable String batchId,
      String state,
      boolean collected,
      @Nullable Long answered,
      @Nullable Long failed,
      long total,
      long estimatedTokens,
      @Nullable Long promptTokens,
      @Nullable Long completionTokens,
      @Nullable Long seconds) {}

  /** The ids of the batches that only the provider knows about. */
  public static Set<String> unknown(RunProgress progress) {
    return progress.chunks().stream()
        .filter(chunk -> chunk.stage() == Stage.UNDER_WAY || chunk.stage() == Stage.ENDED)
        .map(chunk -> Objects.requireNonNull(chunk.entry()).batchId())
        .filter(id -> id != null)
        .collect(Collectors.toSet());
  }

  /**
   * Puts together what is known.
   *
   * @param seen batches at the provider, by id
   */
  public static RunStatus of(Run run, RunProgress progress, Map<String, Batch> seen, Instant now)
      throws IOException {
    int pending = 0;
    int ended = progress.count(Stage.ENDED);
    for (ChunkProgress chunk : progress.chunks()) {
      String batchId = chunk.entry() == null ? null : chunk.entry().batchId();
      Batch batch = batchId == null ? null : seen.get(batchId);
      boolean over = batch != null && batch.status().ended();
      boolean underWay = chunk.stage() == Stage.UNDER_WAY && !over;
      pending += underWay || chunk.stage() == Stage.SUBMITTING ? 1 : 0;
      ended += chunk.stage() == Stage.UNDER_WAY && over ? 1 : 0;
    }
    int unsubmitted = progress.count(Stage.PLANNED) + progress.count(Stage.UPLOADED);
    boolean finished = run.isFinished();
    Capabilities can = run.job().inference().request().provider().capabilities();
    return new RunStatus(
        run.identity().job(),
        run.name(),
        progress.isPlanned(),
        finished,
        pending,
        !finished
            && progress.isPlanned()
            && (ended + unsubmitted > 0 || progress.hasWork() || progress.isDone()),
        run.batches().isCancelled(),
        ended,
        unsubmitted,
        finished && Storage.exists(run.folder().report()) ? Report.of(run.folder()) : null,
        progress
            .collectBefore(can)
            .map(time -> time.truncatedTo(ChronoUnit.SECONDS).toString())
            .orElse(null),
        progress.chunks().stream().map(chunk -> row(chunk, seen, now, can)).toList());
  }

  private static BatchRow row(
      ChunkProgress chunk, Map<String, Batch> seen, Instant now, Capabilities can) {
    BatchEntry entry = chunk.entry();
    JoinedChunk joined = chunk.joined();
    String batchId = entry == null ? null : entry.batchId();
    Batch batch = batchId == null ? null : seen.get(batchId);
    long total = chunk.chunk().requests();
    Long answered = null;
    Long failed = null;
    if (batch != null && (can.liveProgress() || batch.status().ended())) {
      answered = batch.completed();
      failed = batch.failed();
    }
    if (joined != null) {
      answered = joined.answered() == null ? 0 : joined.answered().documents();
      failed = total - answered;
    }
    return new BatchRow(
        chunk.chunk().id(),
        chunk.chunk().attempt(),
        batchId,
        state(chunk, batch),
        joined != null,
        answered,
        failed,
        total,
        chunk.chunk().tokens(),
        joined == null ? null : joined.promptTokens(),
        joined == null ? null : joined.completionTokens(),
        seconds(entry, now));
  }

  private static String state(ChunkProgress chunk, @Nullable Batch batch) {
    BatchEntry entry = chunk.entry();
    if (batch != null) {
      return batch.status().code();
    }
    if (entry != null && entry.end() != null) {
      return entry.end().errors().stream().anyMatch(BatchEnd::isVanished)
          ? "vanished"
          : entry.end().status().code();
    }
    if (entry != null && entry.overBudget()) {
      return BatchEnd.OVER_BUDGET;
    }
    return switch (chunk.stage()) {
      case PLANNED -> "planned";
      case UPLOADED -> "uploaded";
      case SUBMITTING -> "submitting";
      case UNDER_WAY, ENDED, JOINED -> "unknown";
    };
  }

  private static @Nullable Long seconds(@Nullable BatchEntry entry, Instant now) {
    if (entry == null || entry.batchId() == null || entry.times().submitted() == null) {
      return null;
    }
    Instant until = entry.end() == null ? now : Instant.ofEpochMilli(entry.since());
    return Duration.between(Instant.ofEpochMilli(entry.times().submitted()), until).toSeconds();
  }
}
