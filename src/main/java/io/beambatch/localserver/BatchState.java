package io.beambatch.localserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One batch: the object that the API shows, and what only the server knows. Calls and the worker
 * meet here, so every transition is made under the lock, and only from the state that the caller
 * expects.
 */
final class BatchState {
  private static final long WINDOW_SECONDS = 86_400;
  private static final Duration CACHE_LASTS = Duration.ofHours(1);
  private static final int MOST_CACHED = 10_000;
  private static final List<String> NULL_AT_FIRST =
      List.of(
          "model",
          "errors",
          "output_file_id",
          "error_file_id",
          "in_progress_at",
          "finalizing_at",
          "completed_at",
          "failed_at",
          "expired_at",
          "cancelling_at",
          "cancelled_at",
          "usage");

  private final ObjectNode shown;
  private final BatchFormat format;
  private final long ordinal;
  private final @Nullable Long outputSeconds;
  private final Instant created;
  private Instant since;
  private BatchCheckpoint progress = BatchCheckpoint.NONE;
  private long enqueuedTokens;

  /** Hashes of the prefixes that it has read from the prompt cache or written to it. */
  private final Set<Integer> cached = new HashSet<>();

  private BatchState(
      ObjectNode shown,
      BatchFormat format,
      long ordinal,
      @Nullable Long outputSeconds,
      Instant created) {
    this.shown = shown;
    this.format = format;
    this.ordinal = ordinal;
    this.outputSeconds = outputSeconds;
    this.created = created;
    this.since = created;
  }

  /** A newly created batch. */
  static BatchState create(BatchOrder order, long ordinal, Instant now) {
    ObjectNode shown =
        ServerJson.object()
            .put("id", order.format().traits().idPrefix() + Ids.random())
            .put("object", "batch")
            .put("endpoint", order.endpoint().path())
            .put("input_file_id", order.inputFileId())
            .put("completion_window", "24h")
            .put("status", Status.VALIDATING.code())
            .put("created_at", now.getEpochSecond())
            .put("expires_at", now.getEpochSecond() + WINDOW_SECONDS);
    NULL_AT_FIRST.forEach(shown::putNull);
    shown.put("model", order.model());
    shown.set("request_counts", counts(order.requests(), 0, 0));
    shown.set("metadata", order.metadata());
    return new BatchState(shown, order.format(), ordinal, order.outputSeconds(), now);
  }

  static BatchState fromJson(ObjectNode saved) {
    JsonNode seconds = saved.path("output_seconds");
    ObjectNode shown = saved.withObject("/batch");
    BatchState batch =
        new BatchState(
            shown,
            saved.hasNonNull("format")
                ? BatchFormat.of(saved.get("format").textValue())
                : formatOf(shown),
            saved.get("ordinal").longValue(),
            seconds.isNumber() ? seconds.longValue() : null,
            Instant.parse(saved.get("created").textValue()));
    batch.since = Instant.parse(saved.get("since").textValue());
    batch.progress = ServerJson.MAPPER.convertValue(saved.get("progress"), BatchCheckpoint.class);
    batch.enqueuedTokens = saved.get("enqueued_tokens").longValue();
    saved.path("cached").forEach(prefix -> batch.cached.add(prefix.intValue()));
    return batch;
  }

  /** The complete state, for {@link #fromJson}. */
  synchronized ObjectNode toJson() {
    ObjectNode saved =
        ServerJson.object()
            .put("ordinal", ordinal)
            .put("format", format.traits().name())
            .put("output_seconds", outputSeconds)
            .put("created", created.toString())
            .put("since", since.toString())
            .put("enqueued_tokens", enqueuedTokens);
    saved.set("progress", ServerJson.MAPPER.valueToTree(progress));
    ArrayNode prefixes = saved.putArray("cached");
    cached.forEach(prefixes::add);
    saved.set("batch", shown.deepCopy());
    return saved;
  }

  /** Records that the batch has read a prefix from the prompt cache or written it. */
  synchronized void keep(int prefix) {
    if (cached.size() < MOST_CACHED) {
      cached.add(prefix);
    }
  }

  /** The prefixes that another batch finds in the cache at a point in time. */
  synchronized Set<Integer> keptUntil(Instant time) {
    boolean lasts = status().ended() && since.plus(CACHE_LASTS).isAfter(time);
    return lasts ? Set.copyOf(cached) : Set.of();
  }

  /** The batch object in its current state. */
  synchronized ObjectNode shown() {
    return shown.deepCopy();
  }

  String id() {
    return shown.get("id").textValue();
  }

  /** The first half of the id's digits, as a number. */
  long number() {
    String id = id();
    return Long.parseUnsignedLong(id.substring(id.length() - 32, id.length() - 16), 16);
  }

  long ordinal() {
    return ordinal;
  }

  BatchEndpoint endpoint() {
    return endpoint(shown);
  }

  private static BatchEndpoint endpoint(ObjectNode batch) {
    return Objects.requireNonNull(BatchEndpoint.of(batch.get("endpoint").textValue()));
  }

  /** The batch's format. */
  BatchFormat format() {
    return format;
  }

  /** The format of a batch that was saved without one. Mistral's batches use OpenAI's endpoints. */
  private static BatchFormat formatOf(ObjectNode batch) {
    BatchFormat format = endpoint(batch).format();
    return batch.get("id").textValue().startsWith(format.traits().idPrefix())
        ? format
        : BatchFormat.MISTRAL;
  }

  String inputFileId() {
    return shown.get("input_file_id").textValue();
  }

  /** The lifetime of result files, or null for the default. */
  @Nullable Long outputSeconds() {
    return outputSeconds;
  }

  synchronized Status status() {
    return Status.of(shown.get("status").textValue());
  }

  /** When the batch was created, to the millisecond. */
  Instant created() {
    return created;
  }

  /** When the batch entered its state; the API shows whole seconds only. */
  synchronized Instant since() {
    return since;
  }

  synchronized Instant time(String field) {
    return Instant.ofEpochSecond(shown.get(field).longValue());
  }

  synchronized @Nullable String text(String field) {
    return shown.get(field).textValue();
  }

  /** Returns whether it was deleted; its cost is still known. */
  synchronized boolean deleted() {
    return shown.path("deleted").asBoolean();
  }

  synchronized void delete() {
    shown.put("deleted", true);
  }

  synchronized int total() {
    return shown.at("/request_counts/total").intValue();
  }

  /** A metadata value of its creation; empty if there is none. */
  synchronized String metadata(String key) {
    return shown.path("metadata").path(key).asText("");
  }

  /** Why it failed. */
  synchronized BatchProblem problem() {
    JsonNode error = shown.at("/errors/data/0");
    return BatchProblem.ofFile(error.path("code").asText(""), error.path("message").asText(""));
  }

  synchronized BatchCheckpoint progress() {
    return progress;
  }

  /** Prompt tokens that count against the limit until the batch has ended. */
  synchronized long enqueuedTokens() {
    return status().ended() ? 0 : enqueuedTokens;
  }

  synchronized void enqueue(String model, long tokens) {
    shown.put("model", model);
    enqueuedTokens = tokens;
  }

  /**
   * Moves from one state to another.
   *
   * @param edit further changes to the batch object, made in the same step
   * @return whether it was in the first state
   */
  synchronized boolean move(Status from, Status to, Instant now, Consumer<ObjectNode> edit) {
    if (status() != from) {
      return false;
    }
    since = now;
    shown.put("status", to.code()).put(to.timeField(), now.getEpochSecond());
    edit.accept(shown);
    return true;
  }

  /**
   * Cancels it.
   *
   * @return whether it is being cancelled, or was; false if it has ended otherwise
   */
  boolean cancel(Instant now) {
    Status from = status();
    while (from.cancellable() && !move(from, Status.CANCELLING, now, shown -> {})) {
      from = status();
    }
    return from.cancellable() || from == Status.CANCELLING || from == Status.CANCELLED;
  }

  /** When its cancellation was requested, or null. */
  synchronized @Nullable String cancelledAt() {
    JsonNode seconds = shown.path("cancelling_at");
    return seconds.isNumber() ? Instant.ofEpochSecond(seconds.longValue()).toString() : null;
  }

  synchronized void progress(BatchCheckpoint now) {
    progress = now;
    shown.set("request_counts", counts(total(), now.completed(), now.failed()));
  }

  /** Updates the shown counts; the checkpoint stays unchanged. */
  synchronized void show(int completed, int failed) {
    shown.set("request_counts", counts(total(), completed, failed));
  }

  /** Lines that were never answered count as failed once the batch has ended. */
  static void countRest(ObjectNode shown) {
    JsonNode counts = shown.get("request_counts");
    int total = counts.get("total").intValue();
    int completed = counts.get("completed").intValue();
    shown.set("request_counts", counts(total, completed, total - completed));
  }

  static ObjectNode counts(int total, int completed, int failed) {
    return ServerJson.object()
        .put("total", total)
        .put("completed", completed)
        .put("failed", failed);
  }

  static ObjectNode errors(List<BatchProblem> problems) {
    ObjectNode errors = ServerJson.object().put("object", "list");
    ArrayNode data = errors.putArray("data");
    problems.forEach(problem -> data.add(problem.toJson()));
    return errors;
  }

  static ObjectNode usage(BatchCheckpoint progress) {
    ObjectNode usage = ServerJson.object().put("input_tokens", progress.inputTokens());
    usage.putObject("input_tokens_details").put("cached_tokens", 0);
    usage.put("output_tokens", progress.outputTokens());
    usage.putObject("output_tokens_details").put("reasoning_tokens", 0);
    return usage.put("total_tokens", progress.inputTokens() + progress.outputTokens());
  }
}
