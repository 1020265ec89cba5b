package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the batches of one provider's API look like inside: the lines of their input, the lines of
 * their results, and the words of their errors. One for each API, without state.
 */
interface BatchFormat {
  BatchFormat OPENAI = new OpenAiFormat();
  BatchFormat ANTHROPIC = new AnthropicFormat();
  BatchFormat GEMINI = new GeminiFormat();
  BatchFormat MISTRAL = new MistralFormat();
  BatchFormat OPENROUTER = new OpenRouterFormat();

  /** The format of that name. */
  static BatchFormat of(String name) {
    return Stream.of(OPENAI, ANTHROPIC, GEMINI, MISTRAL, OPENROUTER)
        .filter(format -> format.traits().name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no format " + name));
  }

  /** What its batches are allowed and called. */
  BatchTraits traits();

  /** The id of a result file that follows from 32 hexadecimal digits. */
  String resultFileId(String digits);

  /** Finds what makes a whole batch fail. */
  LineChecks checks(BatchEndpoint endpoint, LocalServerSettings settings);

  /** Begins a result line; the answer's body follows. */
  void startAnswer(String customId, String id, JsonGenerator out) throws IOException;

  /** Ends a result line, but for its line break. */
  void endAnswer(JsonGenerator out) throws IOException;

  /** A result line that says it is an answer, and holds none. */
  void emptyAnswer(String customId, String id, JsonGenerator out) throws IOException;

  /** A result line of a request that was refused. */
  void refused(String customId, String id, ApiError error, JsonGenerator out) throws IOException;

  /**
   * A result line of a request that was not answered.
   *
   * @return whether the API has a line for it; if not, nothing was written
   */
  boolean unanswered(String customId, String id, Unanswered why, JsonGenerator out)
      throws IOException;

  /** The body of a reply that tells an error. */
  void error(ApiError error, String requestId, JsonGenerator out) throws IOException;

  /** The account has no money left. */
  ApiError outOfMoney();

  /** Too many calls; it can be tried again after so many seconds. */
  ApiError rateLimit(String seconds);

  /** The provider has too much to do. */
  ApiError overloaded();

  /** Looks at the requests of a batch before the first is answered. */
  @FunctionalInterface
  interface LineChecks {
    /** For batches of which no line makes the others fail. */
    LineChecks NONE = (request, line, problems) -> {};

    void check(LineRequest request, int line, List<BatchProblem> problems);
  }

  /** Why a request has no answer. */
  enum Unanswered {
    EXPIRED(
        "batch_expired",
        "This request could not be executed before the completion window expired."),
    CANCELLED("batch_cancelled", "This request was not executed because the batch was cancelled."),
    TIMEOUT("request_timeout", "This request timed out.");

    private final String code;
    private final String message;

    Unanswered(String code, String message) {
      this.code = code;
      this.message = message;
    }

    String code() {
      return code;
    }

    String message() {
      return message;
    }
  }
}
