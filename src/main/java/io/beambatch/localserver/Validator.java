package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.CharConversionException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Validates every line of a batch's input file before the first is answered. */
final class Validator {
  private static final int MOST_PROBLEMS = 100;
  private static final int LINES_BETWEEN_LOOKS = 1_000;

  private final BatchEndpoint endpoint;
  private final int maxRequests;
  private final BatchFormat.LineChecks checks;
  private final LineRequest request = new LineRequest();
  private final LineRequestReader reader;
  private final List<BatchProblem> problems = new ArrayList<>();
  private @Nullable String model;
  private long promptTokens;
  private long inputs;

  Validator(BatchState batch, LocalServerSettings settings) {
    this.endpoint = batch.endpoint();
    this.maxRequests = batch.format().traits().maxRequests(settings);
    this.checks = batch.format().checks(endpoint, settings);
    this.reader = new LineRequestReader(batch, request);
  }

  /**
   * Validates all lines, or until a hundred problems are found.
   *
   * @param stop checked from time to time; once true, the problems found so far are returned
   */
  Validation validate(LineFile lines, BooleanSupplier stop) throws IOException {
    if (lines.count() == 0) {
      problems.add(
          BatchProblem.ofFile(
              "empty_file",
              "The input file is empty. Please ensure that the batch contains at least one request."));
    } else if (lines.count() > maxRequests) {
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
      if (inputs > maxRequests) {
        problems.add(tooMany("embedding inputs"));
      }
    }
    return new Validation(List.copyOf(problems), lines.count(), model, promptTokens);
  }

  private void line(LineFile lines, int index) throws IOException {
    int number = index + 1;
    try {
      if (reader.read(lines.parser(index))) {
        checks.check(request, number, problems);
        count();
      } else {
        problems.add(notJson(number));
      }
    } catch (StreamConstraintsException e) {
      inputs++; // the string is too long: the endpoint will refuse it
    } catch (JsonProcessingException | CharConversionException e) {
      problems.add(notJson(number));
    }
  }

  private void count() {
    if (model == null) {
      model = request.model;
    }
    promptTokens += request.promptTokens();
    inputs += endpoint == BatchEndpoint.EMBEDDINGS ? request.inputs.size() : 1;
  }

  private BatchProblem tooMany(String what) {
    return BatchProblem.ofFile(
        "too_many_tasks",
        "The batch contains more than the limit of %d %s.".formatted(maxRequests, what));
  }

  private static BatchProblem notJson(int line) {
    return new BatchProblem(
        "invalid_json_line", "This line is not parseable as valid JSON.", null, line);
  }
}
