package io.beambatch.result;

import io.beambatch.document.FailureReason;
import io.beambatch.job.Job;
import io.beambatch.json.JsonSlice;
import io.beambatch.json.LoneSurrogates;
import io.beambatch.provider.ResultLine;
import io.beambatch.provider.ResultLine.Answer;
import io.beambatch.result.AnswerFormat.Shaped;
import io.beambatch.result.AskedFormat.RequestSource;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Decides the outcome of a document from its result line alone: answered, failed, or to be sent
 * again.
 */
final class ResultClassifier {
  private static final Problem HALF_A_CHARACTER =
      Problem.of(
          "the answer has half a character, such as \\ud800 without its other half, or bytes that are"
              + " not UTF-8");

  private final AskedFormat format;
  private final String place;
  private final @Nullable AnswerColumn column;

  /**
   * Classifies a job's answers.
   *
   * @throws IllegalArgumentException if the job's schema can't be used
   */
  ResultClassifier(Job job) {
    format = new AskedFormat(job.inference());
    column = AnswerColumn.of(job);
    String pointer = job.inference().result().pointer();
    place =
        pointer == null
            ? "where " + job.inference().request().endpoint() + " puts it"
            : "at result.pointer " + pointer;
  }

  /** Decides the outcome of a request that has a result line. */
  Outcome classify(ResultLine line, SentRequest sent, RequestSource request) throws IOException {
    return switch (line.status()) {
      case ANSWERED -> answered(line, sent, request);
      case REJECTED -> sent.failed(FailureReason.REJECTED, refused(line), line.requestId(), null);
      case API_ERROR, OUT_OF_FUNDS -> retryable(FailureReason.API_ERROR, line, sent);
      case EXPIRED -> retryable(FailureReason.EXPIRED, line, sent);
      case CANCELLED -> retryable(FailureReason.CANCELLED, line, sent);
    };
  }

  private Outcome answered(ResultLine line, SentRequest sent, RequestSource request)
      throws IOException {
    Answer answer = line.answer();
    return switch (answer.ending()) {
      case ERROR -> sent.retryable(FailureReason.API_ERROR, gaveUp(line), line.requestId());
      case REJECTED -> failed(FailureReason.REJECTED, gaveUp(line), line, sent);
      case REFUSED ->
          sent.failed(
              FailureReason.REFUSED,
              Problem.of(
                  "the model refused to answer, or its content filter stopped it",
                  " (finish reason " + finishReason(answer) + ")"),
              line.requestId(),
              text(answer.refusal() == null ? answer.value() : answer.refusal()));
      case TRUNCATED -> failed(FailureReason.TRUNCATED, cut(line), line, sent);
      case PAUSED ->
          failed(
              FailureReason.TRUNCATED,
              Problem.of(
                  "the answer stopped in the middle of a turn that uses the provider's own tools",
                  " (finish reason " + finishReason(answer) + ")"),
              line,
              sent);
      case COMPLETE -> complete(line, sent, request);
    };
  }

  private Outcome complete(ResultLine line, SentRequest sent, RequestSource request)
      throws IOException {
    if (line.answer().value() == null) {
      return invalid(Problem.of("the response has no answer " + place), line, sent);
    }
    JsonSlice value = line.answer().value();
    if (hasLoneSurrogate(value)) {
      return invalid(HALF_A_CHARACTER, line, sent);
    }
    AnswerFormat asked;
    try {
      asked = format.of(request);
    } catch (IllegalArgumentException unusable) {
      // This can happen only if the schema differs between requests; otherwise it is checked before
      // sending.
      return invalid(Problem.of("the request's JSON schema can't be used"), line, sent);
    }
    Shaped shaped = line.answer().several() ? asked.shapeEach(value) : asked.shape(value);
    Problem problem = shaped.problem();
    if (problem == null && column != null) {
      problem = column.problem(shaped.value());
    }
    if (problem == null) {
      return hasLoneSurrogate(shaped.value())
          ? invalid(HALF_A_CHARACTER, line, sent)
          : new Outcome.Answered(shaped.value());
    }
    // A schema that contains a document's values may quote them in its rules.
    Problem shown =
        format.differs()
            ? new Problem(
                "the answer doesn't fit what its request asks for",
                problem.message(),
                problem.advice())
            : problem;
    return repairable(invalid(shown, line, sent), line.answer(), shown.advice());
  }

  /** The same failure, with what the model needs to repair its answer. */
  private static Outcome.Failed repairable(
      Outcome.Failed failed, Answer answer, @Nullable String advice) throws IOException {
    JsonSlice value = answer.value();
    return advice == null || value == null || answer.several() || value.text().isBlank()
        ? failed
        : new Outcome.Failed(failed.failure(), failed.cause(), new Outcome.Repair(value, advice));
  }

  /** In a text that contains JSON, a lone surrogate shows only when the text is parsed. */
  private static boolean hasLoneSurrogate(JsonSlice answer) {
    return answer.hasEscapes() && LoneSurrogates.in(answer.json());
  }

  /** The answer was paid for: whatever the response has is kept, if only the whole response. */
  private static Outcome.Failed invalid(Problem problem, ResultLine line, SentRequest sent)
      throws IOException {
    JsonSlice value = line.answer().value();
    return sent.failed(
        FailureReason.INVALID_ANSWER,
        problem,
        line.requestId(),
        text(value == null ? line.body() : value));
  }

  /** A failure that keeps what the model has written. */
  private static Outcome failed(
      FailureReason reason, Problem problem, ResultLine line, SentRequest sent) throws IOException {
    return sent.failed(reason, problem, line.requestId(), text(line.answer().value()));
  }

  private static Outcome retryable(FailureReason reason, ResultLine line, SentRequest sent) {
    return sent.retryable(reason, refused(line), line.requestId());
  }

  private static Problem refused(ResultLine line) {
    return Problem.of(String.valueOf(line.problem())).with(line.errorCode(), line.errorMessage());
  }

  private static Problem gaveUp(ResultLine line) {
    return Problem.of("the provider gave up on the response")
        .with(line.errorCode(), line.errorMessage());
  }

  private static Problem cut(ResultLine line) throws IOException {
    long tokens = line.usage().completion();
    return new Problem(
        "the answer was cut at its limit of tokens; raise the token limit in request.body",
        "the answer was cut at "
            + (tokens < 0 ? "its limit of" : tokens)
            + " tokens (finish reason "
            + finishReason(line.answer())
            + "); raise the token limit in request.body");
  }

  private static String finishReason(Answer answer) throws IOException {
    return answer.finishReason() == null ? "not given" : answer.finishReason().text();
  }

  private static @Nullable String text(@Nullable JsonSlice value) throws IOException {
    return value == null ? null : value.text();
  }
}
