package io.beambatch.result;

import io.beambatch.json.JsonSlice;
import org.jspecify.annotations.Nullable;

/**
 * What a model made of a request that reached it.
 *
 * @param value the answer as JSON, or null if there is none where it should be
 * @param finishReason why the model stopped, in the provider's words, or null
 * @param refusal what the model said in place of an answer, or null
 */
record Answer(
    @Nullable JsonSlice value,
    @Nullable JsonSlice finishReason,
    @Nullable JsonSlice refusal,
    Ending ending) {

  Answer withValue(@Nullable JsonSlice other) {
    return new Answer(other, finishReason, refusal, ending);
  }

  /** How the answer ended. */
  enum Ending {
    COMPLETE,
    /** Cut at the token limit. */
    TRUNCATED,
    /** Stopped by the content filter, or refused by the model. */
    REFUSED,
    /** The provider gave up, and says so in the answer. */
    ERROR
  }
}
