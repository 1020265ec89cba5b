package io.beambatch.localserver;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds the faults for which OpenAI rejects a whole batch. */
final class OpenAiLineChecks implements BatchFormat.LineChecks {
  private final BatchEndpoint endpoint;
  private final LocalServerSettings settings;
  private final Set<String> customIds = new HashSet<>();
  private @Nullable String model;

  OpenAiLineChecks(BatchEndpoint endpoint, LocalServerSettings settings) {
    this.endpoint = endpoint;
    this.settings = settings;
  }

  @Override
  public void check(LineRequest request, int line, List<BatchProblem> problems) {
    String customId = request.customId;
    if (customId == null) {
      problems.add(BatchProblem.missing("custom_id", line));
    } else if (!customIds.add(customId)) {
      problems.add(
          new BatchProblem(
              "duplicate_custom_id",
              ("The custom_id '%s' for this request is a duplicate of another request. The"
                      + " custom_id parameter must be unique for each request in a batch.")
                  .formatted(customId),
              "custom_id",
              line));
    }
    if (request.method == null) {
      problems.add(BatchProblem.missing("method", line));
    } else if (!request.method.equals("POST")) {
      problems.add(
          new BatchProblem(
              "invalid_method",
              "Invalid value: '" + request.method + "'. Supported values are: 'POST'",
              "method",
              line));
    }
    if (request.url == null) {
      problems.add(BatchProblem.missing("url", line));
    } else if (!request.url.equals(endpoint.path())) {
      problems.add(
          new BatchProblem(
              "invalid_url",
              "The URL provided for this request does not match the batch endpoint.",
              "url",
              line));
    }
    if (request.hasBody) {
      checkBody(request, line, problems);
    } else {
      problems.add(BatchProblem.missing("body", line));
    }
  }

  private void checkBody(LineRequest request, int line, List<BatchProblem> problems) {
    checkModel(request, line, problems);
    if (request.stream) {
      problems.add(
          new BatchProblem(
              "streaming_unsupported",
              "The parameter 'stream' is set to true. Streaming is not supported in the Batch API.",
              "body.stream",
              line));
    }
    if (!request.hasPrompt) {
      String field =
          switch (endpoint) {
            case CHAT -> "messages";
            case COMPLETIONS -> "prompt";
            default -> "input";
          };
      String name = Character.toUpperCase(field.charAt(0)) + field.substring(1);
      problems.add(
          new BatchProblem(
              "invalid_request", name + " parameter is required.", "body." + field, line));
    }
  }

  private void checkModel(LineRequest request, int line, List<BatchProblem> problems) {
    String found = request.model;
    if (found == null) {
      if (endpoint != BatchEndpoint.MODERATIONS) {
        problems.add(
            new BatchProblem(
                "invalid_request", "Model parameter is required.", "body.model", line));
      }
    } else if (settings.models() != null && !settings.models().contains(found)) {
      problems.add(
          new BatchProblem(
              "model_not_found",
              "The provided model '" + found + "' is not supported by the Batch API.",
              "body.model",
              line));
    } else if (model == null) {
      model = found;
    } else if (!model.equals(found)) {
      problems.add(
          new BatchProblem(
              "mismatched_model",
              ("The model '%s' for this request does not match the rest of the batch. Each batch"
                      + " must contain requests for a single model.")
                  .formatted(found),
              "body.model",
              line));
    }
  }
}
