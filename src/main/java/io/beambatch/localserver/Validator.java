package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.CharConversionException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Looks at every line of a batch's input file before the first is answered. */
final class Validator {
  private static final int MOST_PROBLEMS = 100;
  private static final int LINES_BETWEEN_LOOKS = 1_000;

  private final BatchEndpoint endpoint;
  private final LocalServerSettings settings;
  private final LineRequest request = new LineRequest();
  private final LineRequestReader reader;
  private final List<BatchProblem> problems = new ArrayList<>();
  private final Set<String> customIds = new HashSet<>();
  private @Nullable String model;
  private long promptTokens;
  private long inputs;

  Validator(BatchEndpoint endpoint, LocalServerSettings settings) {
    this.endpoint = endpoint;
    this.settings = settings;
    this.reader = new LineRequestReader(endpoint, request);
  }

  /**
   * Validates all lines, or as many as hold a hundred problems.
   *
   * @param stop looked at now and then; once true, what was found so far is returned
   */
  Validation validate(LineFile lines, BooleanSupplier stop) throws IOException {
    if (lines.count() == 0) {
      problems.add(
          BatchProblem.ofFile(
              "empty_file",
              "The input file is empty. Please ensure that the batch contains at least one request."));
    } else if (lines.count() > settings.maxRequests()) {
      problems.add(tooMany("requests"));
    } else if (lines.startsWithMark()) {
      problems.add(notJson(1));
    } else {
      for (int i = 0; i < lines.count() && problems.size() < MOST_PROBLEMS; i++) {
        if (i % LINES_BETWEEN_LOOKS == 0 && stop.getAsBoolean()) {
          break;
        }
        line(lines, i);
      }
      if (inputs > settings.maxRequests()) {
        problems.add(tooMany("embedding inputs"));
      }
    }
    return new Validation(List.copyOf(problems), lines.count(), model, promptTokens);
  }

  private void line(LineFile lines, int index) throws IOException {
    int number = index + 1;
    try {
      if (reader.read(lines.parser(index))) {
        check(number);
      } else {
        problems.add(notJson(number));
      }
    } catch (StreamConstraintsException e) {
      inputs++; // a string is too long: the endpoint will refuse it
    } catch (JsonProcessingException | CharConversionException e) {
      problems.add(notJson(number));
    }
  }

  private void check(int line) {
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
      checkBody(line);
    } else {
      problems.add(BatchProblem.missing("body", line));
    }
  }

  private void checkBody(int line) {
    checkModel(line);
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
            case RESPONSES, EMBEDDINGS, MODERATIONS -> "input";
          };
      String name = Character.toUpperCase(field.charAt(0)) + field.substring(1);
      problems.add(
          new BatchProblem(
              "invalid_request", name + " parameter is required.", "body." + field, line));
    }
    promptTokens += request.promptTokens();
    inputs += endpoint == BatchEndpoint.EMBEDDINGS ? request.inputs.size() : 1;
  }

  private void checkModel(int line) {
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

  private BatchProblem tooMany(String what) {
    return BatchProblem.ofFile(
        "too_many_tasks",
        "The batch contains more than the limit of %d %s.".formatted(settings.maxRequests(), what));
  }

  private static BatchProblem notJson(int line) {
    return new BatchProblem(
        "invalid_json_line", "This line is not parseable as valid JSON.", null, line);
  }
}
