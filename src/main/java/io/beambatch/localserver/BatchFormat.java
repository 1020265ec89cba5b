package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

/**
 * The format of the batches of one provider's API: the lines of their input, the lines of their
 * results, and their errors. There is one for each API, without state.
 */
interface BatchFormat {
  BatchFormat OPENAI = new OpenAiFormat();
  BatchFormat ANTHROPIC = new AnthropicFormat();
  BatchFormat GEMINI = new GeminiFormat();
  BatchFormat MISTRAL = new MistralFormat();
  BatchFormat OPENROUTER = new OpenRouterFormat();

  /** The format with a name. */
  static BatchFormat of(String name) {
    return Stream.of(OPENAI, ANTHROPIC, GEMINI, MISTRAL, OPENROUTER)
        .filter(format -> format.traits().name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no format " + name));
  }

  /** The limits and names of its batches. */
  BatchTraits traits();

  /** The id of a result file, derived from 32 hexadecimal digits. */
  String resultFileId(String digits);

  /** Finds what makes a whole batch fail. */
  LineChecks checks(BatchEndpoint endpoint, LocalServerSettings settings);

  /** Begins a result line; the answer's body follows. */
  void startAnswer(String customId, String id, JsonGenerator out) throws IOException;

  /** Ends a result line, except for its line break. */
  void endAnswer(JsonGenerator out) throws IOException;

  /** Writes a result line that claims to be an answer, and has none. */
  void emptyAnswer(String customId, String id, JsonGenerator out) throws IOException;

  /** Writes the result line of a refused request. */
  void refused(String customId, String id, ApiError error, JsonGenerator out) throws IOException;

  /**
   * Writes the result line of a request that was not answered.
   *
   * @return whether the API has such a line; if not, nothing was written
   */
  boolean unanswered(String customId, String id, Unanswered why, JsonGenerator out)
      throws IOException;

  /** Writes the body of an error reply. */
  void error(ApiError error, String requestId, JsonGenerator out) throws IOException;

  /** The error for an account without credit. */
  ApiError outOfFunds();

  /** The error for too many calls, which may be retried after this many seconds. */
  ApiError rateLimit(String seconds);

  /** The error of an overloaded provider. */
  ApiError overloaded();

  /** Checks the requests of a batch before the first is answered. */
  @FunctionalInterface
  interface LineChecks {
    /** For batches in which no line makes the others fail. */
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
