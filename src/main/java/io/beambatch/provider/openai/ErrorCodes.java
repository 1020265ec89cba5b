package io.beambatch.provider.openai;

import io.beambatch.provider.BatchError;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.http.ErrorWords;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Interprets OpenAI's error codes: of calls, of batches, and of result lines. */
final class ErrorCodes {
  private static final Set<String> LIMITS = Set.of("token_limit_exceeded", "too_many_tasks");
  private static final Set<String> OUT_OF_MONEY =
      Set.of("insufficient_quota", "billing_hard_limit_reached", "billing_not_active");

  private ErrorCodes() {}

  /** The kind of a call's error; see {@link ErrorWords}. */
  static ProviderException.@Nullable Kind ofCall(ErrorWords.Said error) {
    if (isOutOfFunds(error.code()) || isOutOfFunds(error.type())) {
      return ProviderException.Kind.INSUFFICIENT_QUOTA;
    }
    if (error.status() == 400 && isOfAMissingFile(error.message())) {
      return ProviderException.Kind.FILE_NOT_READY;
    }
    boolean refused = error.status() == 400 || error.status() == 429;
    return refused && isLimit(error.code(), error.message())
        ? ProviderException.Kind.NO_ROOM
        : null;
  }

  /**
   * The kind of a batch's error.
   *
   * @param line the line with the error, or null if it concerns the whole batch
   */
  static BatchError.Kind ofBatch(@Nullable String code, String message, @Nullable Integer line) {
    if (isOutOfFunds(code)) {
      return BatchError.Kind.OUT_OF_FUNDS;
    }
    if (isLimit(code, message)) {
      return BatchError.Kind.NO_ROOM;
    }
    return line == null && isOfAMissingFile(message)
        ? BatchError.Kind.INPUT_NOT_FOUND
        : BatchError.Kind.LASTING;
  }

  /** Returns whether a code means that the account has no credit. */
  static boolean isOutOfFunds(@Nullable String code) {
    return code != null && OUT_OF_MONEY.contains(code);
  }

  private static boolean isLimit(@Nullable String code, String message) {
    return (code != null && LIMITS.contains(code))
        || message.toLowerCase(Locale.ROOT).contains("enqueued token limit reached");
  }

  private static boolean isOfAMissingFile(String message) {
    return message.toLowerCase(Locale.ROOT).startsWith("cannot find file");
  }
}
