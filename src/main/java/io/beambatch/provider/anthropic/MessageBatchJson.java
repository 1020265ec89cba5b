package io.beambatch.provider.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchPage;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.SafeText;
import io.beambatch.provider.http.ReplyJson;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads batch objects as Anthropic sends them. They have no state for a batch that failed, expired
 * or was cancelled: all of them have ended, and the counts tell.
 */
final class MessageBatchJson {
  private static final Logger LOG = LoggerFactory.getLogger(MessageBatchJson.class);

  /** The provider's clock may be ahead of ours, but not by more. */
  private static final Duration CLOCK_SKEW = Duration.ofDays(1);

  private final SafeText safe;
  private final Clock clock;
  private final Set<String> unknownStates = ConcurrentHashMap.newKeySet();

  MessageBatchJson(SafeText safe, Clock clock) {
    this.safe = safe;
    this.clock = clock;
  }

  /** A batch, or null if the object has no id, and so is none. */
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
        // Read from the address that was named, never from one that a reply brings.
        results ? id : null,
        null,
        createdAt(node),
        ReplyJson.count(counts, "processing") + succeeded + failed,
        succeeded,
        failed,
        List.of(),
        Map.of(),
        results || archived);
  }

  /** A page of batches, or null if the reply is no list. */
  @Nullable BatchPage page(JsonNode node) {
    JsonNode data = node.path("data");
    if (!data.isArray()) {
      return null;
    }
    List<Batch> batches = new ArrayList<>();
    for (JsonNode entry : data) {
      Batch batch = batch(entry);
      if (batch == null) {
        LOG.warn("The provider lists a batch without an id; it is left out");
      } else {
        batches.add(batch);
      }
    }
    boolean more = node.path("has_more").asBoolean() && !batches.isEmpty();
    return new BatchPage(List.copyOf(batches), more);
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
      default -> {
        if (unknownStates.add(word)) {
          LOG.warn(
              "Batch state '{}' is unknown here; such batches count as in progress", safe.of(word));
        }
        yield BatchStatus.IN_PROGRESS;
      }
    };
  }

  /** Now is the last resort: a batch that looks old would end a search too early. */
  private Instant createdAt(JsonNode node) {
    Instant now = clock.instant();
    try {
      Instant time = Instant.parse(String.valueOf(ReplyJson.text(node, "created_at")));
      return time.isBefore(now.plus(CLOCK_SKEW)) ? time : now;
    } catch (DateTimeException notATime) {
      return now;
    }
  }
}
