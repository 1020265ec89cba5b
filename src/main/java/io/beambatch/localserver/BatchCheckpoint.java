package io.beambatch.localserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * How far a batch has come, with the sizes of its files at that time: enough to resume after a
 * crash.
 *
 * @param lines of the input that are finished, in the batch's own order
 * @param completed how many of them were answered
 * @param failed how many of them were refused
 */
record BatchCheckpoint(
    int lines,
    int completed,
    int failed,
    long outputBytes,
    long errorBytes,
    long billedBytes,
    long inputTokens,
    long outputTokens) {
  static final BatchCheckpoint NONE = new BatchCheckpoint(0, 0, 0, 0, 0, 0, 0, 0);

  ObjectNode toJson() {
    return ServerJson.object()
        .put("lines", lines)
        .put("completed", completed)
        .put("failed", failed)
        .put("output_bytes", outputBytes)
        .put("error_bytes", errorBytes)
        .put("billed_bytes", billedBytes)
        .put("input_tokens", inputTokens)
        .put("output_tokens", outputTokens);
  }

  static BatchCheckpoint fromJson(JsonNode json) {
    return new BatchCheckpoint(
        json.get("lines").intValue(),
        json.get("completed").intValue(),
        json.get("failed").intValue(),
        json.get("output_bytes").longValue(),
        json.get("error_bytes").longValue(),
        json.get("billed_bytes").longValue(),
        json.get("input_tokens").longValue(),
        json.get("output_tokens").longValue());
  }
}
