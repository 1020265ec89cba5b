package io.beambatch.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.beambatch.chunk.Chunk;
import io.beambatch.job.Job;
import io.beambatch.job.Limits;
import io.beambatch.ledger.BatchEnd;
import io.beambatch.ledger.BatchEntry;
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
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
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
 * @param canary what the canary has shown, or null if it is not judged or there is none
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
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable CanaryVerdict canary,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String collectBefore,
    List<BatchRow> batches) {

  /**
   * One batch, or what is to become one.
   *
   * @param state {@code planned}, {@code uploaded} (waiting until it may be submitted), {@code
   *     awaits_canary} (waiting until the canary is judged, and within its bounds), {@code
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
   * @param expiresAt when the provider gives up the batch, as an ISO time; null unless it is in
   *     flight
   * @param waits why a chunk has no batch yet; null if it has one
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
      @Nullable Long seconds,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String expiresAt,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String waits) {

    /** The state of a chunk that waits until a canary is judged. */
    public static final String AWAITS_CANARY = "awaits_canary";

    /** The same row, if its chunk waits for a canary that has not passed. */
    private BatchRow waiting(ChunkProgress chunk) {
      return chunk.chunk().canary()
              || chunk.chunk().attempt() > 1
              || chunk.stage().compareTo(Stage.UPLOADED) > 0
          ? this
          : new BatchRow(
              this.chunk,
              attempt,
              batchId,
              AWAITS_CANARY,
              collected,
              answered,
              failed,
              total,
              estimatedTokens,
              promptTokens,
              completionTokens,
              seconds,
              expiresAt,
              chunk.entry() == null || chunk.entry().problem() == null
                  ? "the canary is bought and judged first"
                  : chunk.entry().problem());
    }
  }

  /** The ids of the batches that only the provider knows about. */
  public static Set<String> unknown(RunProgress progress) {
    return progress.chunks().stream()
        .filter(chunk -> chunk.stage() == Stage.IN_FLIGHT || chunk.stage() == Stage.ENDED)
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
      boolean underWay = chunk.stage() == Stage.IN_FLIGHT && !over;
      pending += underWay || chunk.stage() == Stage.SUBMITTING ? 1 : 0;
      ended += chunk.stage() == Stage.IN_FLIGHT && over ? 1 : 0;
    }
    int unsubmitted = progress.count(Stage.PLANNED) + progress.count(Stage.UPLOADED);
    boolean finished = run.isFinished();
    Optional<CanaryVerdict> canary = Canary.verdict(run.folder());
    boolean waits =
        canary.filter(CanaryVerdict::passed).isEmpty()
            && progress.all().stream().anyMatch(Chunk::canary);
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
        canary.orElse(null),
        progress
            .collectBefore(can)
            .map(time -> time.truncatedTo(ChronoUnit.SECONDS).toString())
            .orElse(null),
        progress.chunks().stream()
            .map(
                chunk -> {
                  BatchRow row = row(chunk, seen, now, progress, run.job());
                  return waits ? row.waiting(chunk) : row;
                })
            .toList());
  }

  private static BatchRow row(
      ChunkProgress chunk, Map<String, Batch> seen, Instant now, RunProgress progress, Job job) {
    Capabilities can = job.inference().request().provider().capabilities();
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
        seconds(entry, now),
        chunk.stage() == Stage.IN_FLIGHT && (batch == null || !batch.status().ended())
            ? expiry(entry, can)
            : null,
        waits(chunk, progress, job.inference().limits()));
  }

  private static @Nullable String expiry(@Nullable BatchEntry entry, Capabilities can) {
    Long submitted = entry == null ? null : entry.times().submitted();
    return submitted == null
        ? null
        : Instant.ofEpochMilli(submitted)
            .plus(can.expiry())
            .truncatedTo(ChronoUnit.SECONDS)
            .toString();
  }

  /** Why a chunk has no batch yet, as far as its records tell; null if it has one. */
  private static @Nullable String waits(ChunkProgress chunk, RunProgress progress, Limits limits) {
    if (chunk.stage() == Stage.SUBMITTING) {
      return "a launch is creating its batch, or was stopped while it did";
    }
    if (chunk.stage() != Stage.PLANNED && chunk.stage() != Stage.UPLOADED) {
      return null;
    }
    BatchEntry entry = chunk.entry();
    if (entry != null && entry.problem() != null) {
      return entry.problem();
    }
    List<ChunkProgress> inFlight =
        progress.chunks().stream().filter(other -> other.stage() == Stage.IN_FLIGHT).toList();
    long tokens = inFlight.stream().mapToLong(other -> other.chunk().tokens()).sum();
    if (tokens + chunk.chunk().tokens() > limits.enqueuedTokens() && tokens > 0) {
      return room(tokens, limits.enqueuedTokens(), "tokens");
    }
    long requests = inFlight.stream().mapToLong(other -> other.chunk().requests()).sum();
    if (requests + chunk.chunk().requests() > limits.enqueuedRequests() && requests > 0) {
      return room(requests, limits.enqueuedRequests(), "requests");
    }
    return "run, submit or collect sends it when there is room";
  }

  private static String room(long used, long most, String what) {
    return String.format(Locale.ROOT, "no room: %,d of %,d %s are in flight", used, most, what);
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
      case IN_FLIGHT, ENDED, JOINED -> "unknown";
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
