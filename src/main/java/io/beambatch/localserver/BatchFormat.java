package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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
        .filter(format -> format.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no format " + name));
  }

  /** What it is kept under. */
  String name();

  /** What the ids of batches begin with. */
  String batchIdPrefix();

  /** The id of a result file that follows from 32 hexadecimal digits. */
  String resultFileId(String digits);

  /** The purpose that input files are stored under; result files have {@code _output} after it. */
  String purpose();

  /** How many requests a batch may have. */
  int maxRequests();

  /** How many bytes a batch's input may have. */
  long maxBytes();

  /** How long results are kept, in seconds. */
  long resultSeconds();

  /** Whether lines that failed are in a file of their own. */
  boolean failuresApart();

  /** Whether a batch as a whole can fail; if not, every fault is told line by line. */
  boolean batchesFail();

  /** How the lines of the input name the id and the body of a request. */
  LineRequestReader.Names names();

  /** Whether each request names its model; if not, the batch does. */
  boolean modelInLines();

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

  /** A limit: the settings' if they have one, else the API's own. */
  static int maxRequests(BatchFormat format, LocalServerSettings settings) {
    @Nullable Integer set = settings.maxRequests();
    return set == null ? format.maxRequests() : set;
  }

  /** A limit: the settings' if they have one, else the API's own. */
  static long maxBytes(BatchFormat format, LocalServerSettings settings) {
    @Nullable Long set = settings.maxBytes();
    return set == null ? format.maxBytes() : set;
  }
}
