package io.beambatch.provider.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.provider.Batch;
import io.beambatch.provider.SafeText;
import io.beambatch.provider.http.ReplyJson;
import java.time.Clock;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads Mistral's jobs, which are OpenAI's batches with other field names. */
final class MistralJobs {
  private static final Map<String, String> STATES =
      Map.of(
          "QUEUED", "validating",
          "RUNNING", "in_progress",
          "SUCCESS", "completed",
          "FAILED", "failed",
          "TIMEOUT_EXCEEDED", "expired",
          "CANCELLATION_REQUESTED", "cancelling",
          "CANCELLED", "cancelled");

  private final BatchJson batches;

  MistralJobs(SafeText safe, Clock clock) {
    this.batches = new BatchJson(safe, clock);
  }

  /** A batch, or null if the object has no id. */
  @Nullable Batch batch(JsonNode job) {
    ObjectNode batch = JsonNodeFactory.instance.objectNode();
    String state = String.valueOf(ReplyJson.text(job, "status"));
    batch.put("status", STATES.getOrDefault(state, state));
    copy(job, "id", batch, "id");
    copy(job, "endpoint", batch, "endpoint");
    copy(job, "output_file", batch, "output_file_id");
    copy(job, "error_file", batch, "error_file_id");
    copy(job, "created_at", batch, "created_at");
    copy(job, "errors", batch, "errors");
    copy(job, "metadata", batch, "metadata");
    batch.set("input_file_id", job.path("input_files").path(0));
    ObjectNode counts = batch.putObject("request_counts");
    copy(job, "total_requests", counts, "total");
    copy(job, "succeeded_requests", counts, "completed");
    copy(job, "failed_requests", counts, "failed");
    return batches.batch(batch);
  }

  private static void copy(JsonNode from, String name, ObjectNode to, String as) {
    if (from.hasNonNull(name)) {
      to.set(as, from.get(name));
    }
  }
}
