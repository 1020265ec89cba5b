package io.beambatch.localserver;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Why a batch failed validation: one entry of {@code errors.data}.
 *
 * @param line counted from 1, or null if it concerns no line
 */
record BatchProblem(String code, String message, @Nullable String param, @Nullable Integer line) {

  ObjectNode toJson() {
    return ServerJson.object()
        .put("code", code)
        .put("message", message)
        .put("param", param)
        .put("line", line);
  }

  static BatchProblem ofFile(String code, String message) {
    return new BatchProblem(code, message, null, null);
  }

  static BatchProblem fileNotFound(String fileId) {
    return new BatchProblem("invalid_request", ErrorMessages.fileNotFound(fileId), "file_id", null);
  }

  static BatchProblem tokenLimit(String model, long limit) {
    return ofFile(
        "token_limit_exceeded",
        ("Enqueued token limit reached for %s in organization %s. Limit: %s enqueued tokens."
                + " Please try again once some in_progress batches have been completed.")
            .formatted(
                model, ErrorMessages.ORGANIZATION, String.format(Locale.ROOT, "%,d", limit)));
  }

  static BatchProblem invalidFirstLine() {
    return new BatchProblem("invalid_request", "Invalid type for 'messages'.", "body.messages", 1);
  }

  static BatchProblem missing(String param, int line) {
    return new BatchProblem(
        "missing_required_parameter", "Missing required parameter: '" + param + "'.", param, line);
  }
}
