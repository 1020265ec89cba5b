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
 * Reads what the batch objects of all providers have in common: lists, times, and unknown states.
 * Each provider's own reader uses one.
 */
public final class BatchReader {
  private static final Logger LOG = LoggerFactory.getLogger(BatchReader.class);

  /** How far the provider's clock may be ahead of ours. */
  private static final Duration CLOCK_SKEW = Duration.ofDays(1);

  private final SafeText safe;
  private final Clock clock;
  private final Set<String> unknownStates = ConcurrentHashMap.newKeySet();

  public BatchReader(SafeText safe, Clock clock) {
    this.safe = safe;
    this.clock = clock;
  }

  /**
   * The status of a batch in an unknown state, which is logged once. Treated as ended, a batch
   * would be given up while it is still being answered, and paid for again; treated as running, at
   * worst it is cancelled at the deadline, and its results are used.
   */
  public BatchStatus unknown(String state) {
    if (unknownStates.add(state)) {
      LOG.warn(
          "Batch state '{}' is unknown here; such batches count as in progress", safe.of(state));
    }
    return BatchStatus.IN_PROGRESS;
  }

  /** The batches in a list that have ids. */
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
   * When a batch was created; the current time if it isn't given, because a batch that looks old
   * would end the search for a lost one too early.
   */
  public Instant createdAt(JsonNode batch, String field) {
    Instant created = pastTime(batch, field);
    return created == null ? clock.instant() : created;
  }

  /** The first of these fields with a time that is not in the future; null if there is none. */
  public @Nullable Instant pastTime(JsonNode batch, String... fields) {
    for (String field : fields) {
      Instant time = time(batch, field);
      if (time != null && time.isBefore(clock.instant().plus(CLOCK_SKEW))) {
        return time;
      }
    }
    return null;
  }

  /** A time in seconds since 1970, or in ISO 8601; null if there is none. */
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
