package io.beambatch.provider;

import io.beambatch.json.JsonSlice;
import org.jspecify.annotations.Nullable;

/**
 * A provider's result for one request, in terms that all providers share.
 *
 * @param status what became of the request
 * @param problem what went wrong, in our words, or null if it was answered
 * @param requestId the provider's id of the request, or null
 * @param errorCode the provider's error code, or null
 * @param errorMessage the provider's error message, which may quote the request
 * @param model the model that answered, or null
 * @param usage the counted tokens
 * @param answer the answer in the response
 * @param body the whole response, or null if there is none
 */
public record ResultLine(
    Status status,
    @Nullable String problem,
    @Nullable String requestId,
    @Nullable String errorCode,
    @Nullable String errorMessage,
    @Nullable JsonSlice model,
    TokenUsage usage,
    Answer answer,
    @Nullable JsonSlice body) {

  /** Omits the provider's message, which may quote the request. */
  @Override
  public String toString() {
    return "ResultLine[" + status + ", requestId=" + requestId + ", code=" + errorCode + "]";
  }

  /** Returns whether the request was answered by the model, and charged. */
  public boolean charged() {
    return status == Status.ANSWERED;
  }

  /** What became of a request. */
  public enum Status {
    /** The model was called; {@link Answer#ending} says how its answer ended. */
    ANSWERED,
    /** Refused, and would be refused again. */
    REJECTED,
    /** Failed through no fault of the request. */
    API_ERROR,
    /** The account had no credit for it: it may be sent again when there is credit. */
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
   * The model's response to a request.
   *
   * @param value the answer as JSON, or null if the response has none
   * @param several whether the value is an array of answers, for a request that asked for several
   * @param finishReason why the model stopped, in the provider's words, or null
   * @param refusal the model's refusal, or null
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
    /** Cut off at the token limit. */
    TRUNCATED,
    /** Stopped in the middle of a turn that uses the provider's own tools. */
    PAUSED,
    /** Stopped by the content filter, or refused by the model. */
    REFUSED,
    /** The provider gave up on it; another attempt may succeed. */
    ERROR,
    /** The provider gave up on it, and would again. */
    REJECTED
  }
}
