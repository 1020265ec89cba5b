package io.beambatch.provider.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchError;
import io.beambatch.provider.BatchError.Kind;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.SafeText;
import io.beambatch.provider.http.BatchReader;
import io.beambatch.provider.http.ReplyJson;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads Gemini's batches, which are long-running operations. */
final class Operations {
  private static final int LONGEST_NAME = 512;

  private final SafeText safe;
  private final BatchReader reader;

  Operations(SafeText safe, Clock clock) {
    this.safe = safe;
    this.reader = new BatchReader(safe, clock);
  }

  /** A batch, or null if the object has no name. */
  @Nullable Batch batch(JsonNode operation) {
    String name = ReplyJson.id(operation, "name");
    if (name == null || !Names.isBatch(name)) {
      return null;
    }
    JsonNode metadata = operation.path("metadata");
    JsonNode counts = metadata.path("batchStats");
    String output = output(operation, metadata);
    BatchStatus status = status(operation, metadata);
    long completed = ReplyJson.count(counts, "successfulRequestCount");
    String key = ReplyJson.text(metadata, "displayName");
    return new Batch(
        name,
        status,
        endpoint(metadata).path(),
        orEmpty(ReplyJson.id(metadata.path("inputConfig"), "fileName")),
        output,
        null,
        reader.createdAt(metadata, "createTime"),
        ReplyJson.count(counts, "requestCount"),
        completed,
        ReplyJson.count(counts, "failedRequestCount"),
        errors(operation.path("error")),
        key == null || key.length() > LONGEST_NAME ? Map.of() : Map.of(Batch.KEY, key),
        hasAllResults(status, output, completed));
  }

  /** The result file may appear some time after the end. */
  private static boolean hasAllResults(
      BatchStatus status, @Nullable String output, long completed) {
    return switch (status) {
      case FAILED -> true;
      case COMPLETED -> output != null;
      default -> output != null || completed == 0;
    };
  }

  private static @Nullable String output(JsonNode operation, JsonNode metadata) {
    String output = ReplyJson.id(metadata.path("output"), "responsesFile");
    output = output == null ? ReplyJson.id(operation.path("response"), "responsesFile") : output;
    return output != null && Names.isFile(output) ? output : null;
  }

  private static GeminiEndpoint endpoint(JsonNode metadata) {
    return orEmpty(ReplyJson.text(metadata, "@type")).contains("Embed")
        ? GeminiEndpoint.EMBED_CONTENT
        : GeminiEndpoint.GENERATE_CONTENT;
  }

  /**
   * The state, which has one of two prefixes. If it is missing, the operation itself says whether
   * it is done.
   */
  private BatchStatus status(JsonNode operation, JsonNode metadata) {
    boolean done = operation.path("done").asBoolean();
    String word = orEmpty(ReplyJson.text(metadata, "state"));
    String state = word.toUpperCase(Locale.ROOT).replaceFirst("^(BATCH|JOB)_STATE_", "");
    return switch (state) {
      case "PENDING", "QUEUED" -> BatchStatus.VALIDATING;
      case "RUNNING", "PAUSED", "UPDATING" -> BatchStatus.IN_PROGRESS;
      case "SUCCEEDED", "PARTIALLY_SUCCEEDED" -> BatchStatus.COMPLETED;
      case "FAILED" -> BatchStatus.FAILED;
      case "EXPIRED" -> BatchStatus.EXPIRED;
      case "CANCELLING" -> BatchStatus.CANCELLING;
      case "CANCELLED" -> BatchStatus.CANCELLED;
      case "", "UNSPECIFIED" ->
          !done
              ? BatchStatus.VALIDATING
              : operation.has("error") ? BatchStatus.FAILED : BatchStatus.COMPLETED;
      default -> reader.unknown(word);
    };
  }

  private List<BatchError> errors(JsonNode error) {
    String message = ReplyJson.text(error, "message");
    Long code = ReplyJson.number(error, "code");
    if (message == null && code == null) {
      return List.of();
    }
    // RESOURCE_EXHAUSTED of google.rpc: the account is over a limit for the moment.
    boolean exhausted = code != null && (code == 8 || code == 429);
    return List.of(
        new BatchError(
            exhausted ? Kind.NO_ROOM : Kind.LASTING,
            code == null ? null : code.toString(),
            safe.of(orEmpty(message)),
            null,
            null));
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }
}
