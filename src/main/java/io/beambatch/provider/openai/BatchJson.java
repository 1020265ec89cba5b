package io.beambatch.provider.openai;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchError;
import io.beambatch.provider.BatchPage;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.SafeText;
import io.beambatch.provider.http.BatchReader;
import io.beambatch.provider.http.ReplyJson;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the batch objects of OpenAI and compatible servers. */
final class BatchJson {
  /** If a hundred thousand lines have the same fault, this many are enough to show it. */
  private static final int MOST_ERRORS = 1_000;

  // OpenAI's own limits: anything larger is not our metadata, and would only fill memory.
  private static final int MOST_METADATA = 16;
  private static final int LONGEST_METADATA = 512;

  private final SafeText safe;
  private final Clock clock;
  private final BatchReader reader;

  BatchJson(SafeText safe, Clock clock) {
    this.safe = safe;
    this.clock = clock;
    this.reader = new BatchReader(safe, clock);
  }

  /** A batch, or null if the object has no id. */
  @Nullable Batch batch(JsonNode reply) {
    // Some servers wrap the created batch in an envelope.
    JsonNode node = reply.path("job").isObject() ? reply.path("job") : reply;
    String id = ReplyJson.id(node, "id");
    if (id == null) {
      return null;
    }
    JsonNode counts = node.path("request_counts");
    return new Batch(
        id,
        status(ReplyJson.text(node, "status")),
        orEmpty(ReplyJson.text(node, "endpoint")),
        orEmpty(ReplyJson.id(node, "input_file_id")),
        ReplyJson.id(node, "output_file_id"),
        ReplyJson.id(node, "error_file_id"),
        createdAt(node),
        ReplyJson.count(counts, "total"),
        ReplyJson.count(counts, "completed"),
        ReplyJson.count(counts, "failed"),
        errors(node.path("errors")),
        metadata(node.path("metadata")));
  }

  /**
   * A page of batches, or null if the reply is not a list. Some servers return a bare array; it is
   * the whole list if it contains the batch to read after.
   */
  @Nullable BatchPage page(JsonNode node, @Nullable String after, int limit) {
    JsonNode data = node.isArray() ? node : node.path("data");
    if (!data.isArray()) {
      return null;
    }
    List<Batch> batches = BatchReader.batches(data, this::batch);
    if (node.isArray() && batches.stream().anyMatch(batch -> batch.id().equals(after))) {
      return new BatchPage(List.of(), false);
    }
    // A page without a last batch has no successor.
    return new BatchPage(batches, hasMore(node, data.size(), limit) && !batches.isEmpty());
  }

  /**
   * Returns whether a list has another page. If it doesn't say so, it has one if its page is full.
   */
  static boolean hasMore(JsonNode list, int entries, int limit) {
    JsonNode more = list.path("has_more");
    boolean unsaid = more.isMissingNode() || more.isNull();
    return unsaid ? entries >= limit : more.asBoolean();
  }

  private BatchStatus status(@Nullable String word) {
    String name =
        orEmpty(word)
            .strip()
            .toUpperCase(Locale.ROOT)
            .replace('-', '_')
            .replaceFirst("^CANCEL(ED|ING)$", "CANCELL$1");
    for (BatchStatus status : BatchStatus.values()) {
      if (status.name().equals(name)) {
        return status;
      }
    }
    return reader.unknown(orEmpty(word));
  }

  /** The time of creation, or the nearest time that is known. */
  private Instant createdAt(JsonNode node) {
    Instant created = reader.pastTime(node, "created_at", "in_progress_at");
    if (created != null) {
      return created;
    }
    Instant now = clock.instant();
    Instant expiry = BatchReader.time(node, "expires_at");
    Instant computed = expiry == null ? now : expiry.minus(OpenAiProvider.CAPABILITIES.expiry());
    return computed.isAfter(now) ? now : computed;
  }

  private List<BatchError> errors(JsonNode node) {
    List<BatchError> errors = new ArrayList<>();
    for (JsonNode error : node.isArray() ? node : node.path("data")) {
      errors.add(error(error));
      if (errors.size() == MOST_ERRORS) {
        break;
      }
    }
    return List.copyOf(errors);
  }

  private BatchError error(JsonNode error) {
    String code = clean(ReplyJson.text(error, "code"));
    String message =
        safe.of(orEmpty(error.isTextual() ? error.asText() : ReplyJson.text(error, "message")));
    Long number = ReplyJson.number(error, "line");
    Integer line =
        number == null || number < 1
            ? null
            : Integer.valueOf((int) Math.min(number, Integer.MAX_VALUE));
    return new BatchError(
        ErrorCodes.ofBatch(code, message, line),
        code,
        message,
        clean(ReplyJson.text(error, "param")),
        line);
  }

  private @Nullable String clean(@Nullable String text) {
    return text == null ? null : safe.of(text);
  }

  private static Map<String, String> metadata(JsonNode node) {
    Map<String, String> metadata = new HashMap<>();
    node.fields()
        .forEachRemaining(
            entry -> {
              String value = entry.getValue().asText();
              if (!entry.getValue().isNull()
                  && metadata.size() < MOST_METADATA
                  && entry.getKey().length() <= LONGEST_METADATA
                  && value.length() <= LONGEST_METADATA) {
                metadata.put(entry.getKey(), value);
              }
            });
    return Map.copyOf(metadata);
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }
}
