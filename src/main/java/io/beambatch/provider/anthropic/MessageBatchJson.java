package io.beambatch.provider.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchPage;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.SafeText;
import io.beambatch.provider.http.BatchReader;
import io.beambatch.provider.http.ReplyJson;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads Anthropic's batch objects. They have no states for failed, expired or cancelled batches:
 * all of those have ended, and the counts tell them apart.
 */
final class MessageBatchJson {
  private final BatchReader reader;

  MessageBatchJson(SafeText safe, Clock clock) {
    this.reader = new BatchReader(safe, clock);
  }

  /** A batch, or null if the object has no id. */
  @Nullable Batch batch(JsonNode node) {
    String id = ReplyJson.id(node, "id");
    if (id == null) {
      return null;
    }
    JsonNode counts = node.path("request_counts");
    long succeeded = ReplyJson.count(counts, "succeeded");
    long expired = ReplyJson.count(counts, "expired");
    long failed =
        ReplyJson.count(counts, "errored") + ReplyJson.count(counts, "canceled") + expired;
    BatchStatus status =
        status(
            String.valueOf(ReplyJson.text(node, "processing_status")),
            ReplyJson.text(node, "cancel_initiated_at") != null,
            expired > 0);
    boolean archived = ReplyJson.text(node, "archived_at") != null;
    boolean results = status.ended() && !archived && ReplyJson.text(node, "results_url") != null;
    return new Batch(
        id,
        status,
        Messages.PATH,
        "",
        // The results are read from the configured address, never from one in a reply.
        results ? id : null,
        null,
        reader.createdAt(node, "created_at"),
        ReplyJson.count(counts, "processing") + succeeded + failed,
        succeeded,
        failed,
        List.of(),
        Map.of(),
        results || archived);
  }

  /** A page of batches, or null if the reply is not a list. */
  @Nullable BatchPage page(JsonNode node) {
    JsonNode data = node.path("data");
    if (!data.isArray()) {
      return null;
    }
    List<Batch> batches = BatchReader.batches(data, this::batch);
    boolean more = node.path("has_more").asBoolean() && !batches.isEmpty();
    return new BatchPage(batches, more);
  }

  private BatchStatus status(String word, boolean cancelled, boolean expired) {
    return switch (word) {
      case "in_progress" -> BatchStatus.IN_PROGRESS;
      case "canceling" -> BatchStatus.CANCELLING;
      case "ended" -> {
        if (cancelled) {
          yield BatchStatus.CANCELLED;
        }
        yield expired ? BatchStatus.EXPIRED : BatchStatus.COMPLETED;
      }
      default -> reader.unknown(word);
    };
  }
}
