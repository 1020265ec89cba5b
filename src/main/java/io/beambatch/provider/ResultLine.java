package io.beambatch.provider;

import io.beambatch.json.JsonSlice;
import org.jspecify.annotations.Nullable;

/**
 * What a provider says about one request, in terms that all providers share.
 *
 * @param verdict what became of the request
 * @param problem what went wrong, in our words, or null if it was answered
 * @param requestId the provider's name for the request, or null
 * @param errorCode the provider's code for what went wrong, or null
 * @param errorMessage the error in the provider's words, which may quote the request
 * @param model the model that answered, or null
 * @param usage the tokens that were counted
 * @param answer what stands in the response
 * @param body the whole response, or null if the request has none
 */
public record ResultLine(
    Verdict verdict,
    @Nullable String problem,
    @Nullable String requestId,
    @Nullable String errorCode,
    @Nullable String errorMessage,
    @Nullable JsonSlice model,
    TokenUsage usage,
    Answer answer,
    @Nullable JsonSlice body) {

  /** Without the provider's words, which may quote the request. */
  @Override
  public String toString() {
    return "ResultLine[" + verdict + ", requestId=" + requestId + ", code=" + errorCode + "]";
  }

  /** Whether the request reached the model, and was answered and charged. */
  public boolean charged() {
    return verdict == Verdict.ANSWERED;
  }

  /** What became of a request. */
  public enum Verdict {
    /** The model was asked; {@link Answer#ending} says how its answer ended. */
    ANSWERED,
    /** Sent again, it would be refused again. */
    REJECTED,
    /** It failed through no fault of its own. */
    API_ERROR,
    /** The account could not pay for it: it may be sent again when the account can. */
    OUT_OF_FUNDS,
    EXPIRED,
    CANCELLED;

    /**
     * What went wrong, in our words; null if nothing did.
     *
     * @param code such as {@code HTTP status 400}, or null if the provider gave none
     */
    public @Nullable String problem(@Nullable String code) {
      String with = code == null ? "" : " with " + code;
      return switch (this) {
        case ANSWERED -> null;
        case REJECTED -> "the provider refused the request" + with;
        case API_ERROR -> "the provider could not answer" + (code == null ? "" : ": " + code);
        case OUT_OF_FUNDS -> "the account could not pay for the request" + with;
        case EXPIRED -> "its batch expired before it was answered";
        case CANCELLED -> "its batch was cancelled before it was answered";
      };
    }
  }

  /**
   * What a model made of a request that reached it.
   *
   * @param value the answer as JSON, or null if there is none where it should be
   * @param several whether the value is an array of answers, for a request that asked for several
   * @param finishReason why the model stopped, in the provider's words, or null
   * @param refusal what the model said in place of an answer, or null
   */
  public record Answer(
      @Nullable JsonSlice value,
      boolean several,
      @Nullable JsonSlice finishReason,
      @Nullable JsonSlice refusal,
      Ending ending) {

    /** The same answer, taken from another place. */
    public Answer atPointer(@Nullable JsonSlice other) {
      return new Answer(other, false, finishReason, refusal, ending);
    }
  }

  /** How an answer ended. */
  public enum Ending {
    COMPLETE,
    /** Cut at the token limit. */
    TRUNCATED,
    /** Stopped in the middle of a turn that uses the provider's own tools. */
    PAUSED,
    /** Stopped by the content filter, or refused by the model. */
    REFUSED,
    /** The provider gave up on it, and a further attempt may succeed. */
    ERROR,
    /** The provider gave up on it, and would again. */
    REJECTED
  }
}
