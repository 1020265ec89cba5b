package io.beambatch.provider.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.SafeText;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what the batch objects of all providers have in common: lists, times, and states that
 * nobody knows yet. Each provider's own reader has one.
 */
public final class BatchReader {
  private static final Logger LOG = LoggerFactory.getLogger(BatchReader.class);

  /** The provider's clock may be ahead of ours, but not by more. */
  private static final Duration CLOCK_SKEW = Duration.ofDays(1);

  private final SafeText safe;
  private final Clock clock;
  private final Set<String> unknownStates = ConcurrentHashMap.newKeySet();

  public BatchReader(SafeText safe, Clock clock) {
    this.safe = safe;
    this.clock = clock;
  }

  /**
   * The status of a batch whose state is unknown here, which is logged once. Taken for ended, a
   * batch would be given up while it is still being answered, and paid for again; taken for
   * running, it is at worst cancelled at the deadline, and its results are kept.
   */
  public BatchStatus unknown(String state) {
    if (unknownStates.add(state)) {
      LOG.warn(
          "Batch state '{}' is unknown here; such batches count as in progress", safe.of(state));
    }
    return BatchStatus.IN_PROGRESS;
  }

  /** The batches of a list, as far as they have ids. */
  public static List<Batch> batches(JsonNode list, Function<JsonNode, @Nullable Batch> reader) {
    List<Batch> batches = new ArrayList<>();
    for (JsonNode entry : list) {
      Batch batch = reader.apply(entry);
      if (batch == null) {
        LOG.warn("The provider lists a batch without an id; it is left out");
      } else {
        batches.add(batch);
      }
    }
    return List.copyOf(batches);
  }

  /**
   * When a batch was created; now, if it doesn't say: one that looks old would end the search for a
   * lost one too early.
   */
  public Instant createdAt(JsonNode batch, String field) {
    Instant created = pastTime(batch, field);
    return created == null ? clock.instant() : created;
  }

  /** The first of these fields that holds a time which is not to come; null if none does. */
  public @Nullable Instant pastTime(JsonNode batch, String... fields) {
    for (String field : fields) {
      Instant time = time(batch, field);
      if (time != null && time.isBefore(clock.instant().plus(CLOCK_SKEW))) {
        return time;
      }
    }
    return null;
  }

  /** A time in seconds since 1970, or as ISO 8601 writes it; null if there is none. */
  public static @Nullable Instant time(JsonNode node, String field) {
    try {
      Long seconds = ReplyJson.number(node, field);
      if (seconds != null) {
        return seconds > 0 ? Instant.ofEpochSecond(seconds) : null;
      }
      String text = ReplyJson.text(node, field);
      return text == null ? null : Instant.parse(text);
    } catch (DateTimeException notATime) {
      return null;
    }
  }
}
