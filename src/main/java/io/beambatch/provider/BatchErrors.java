package io.beambatch.provider;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells errors that pass by themselves, or are the account's, from faults of the requests. The
 * coordinator asks here, so that it knows no code and no message of a provider.
 */
public final class BatchErrors {
  private static final Set<String> LIMITS = Set.of("token_limit_exceeded", "too_many_tasks");
  private static final Set<String> OUT_OF_MONEY =
      Set.of("insufficient_quota", "billing_hard_limit_reached", "billing_not_active");

  private BatchErrors() {}

  /** Whether a batch failed for nothing but limits that were reached and files not found yet. */
  public static boolean mayBeSentAgain(Batch batch) {
    return batch.status() == BatchStatus.FAILED
        && !batch.errors().isEmpty()
        && batch.errors().stream().allMatch(e -> isTokenLimit(e) || isFileNotFound(e));
  }

  /** Why a batch failed, if it was for want of money; else null. */
  public static @Nullable BatchError outOfFunds(Batch batch) {
    return batch.status() != BatchStatus.FAILED
        ? null
        : batch.errors().stream()
            .filter(error -> error.code() != null && OUT_OF_MONEY.contains(error.code()))
            .findFirst()
            .orElse(null);
  }

  public static boolean isTokenLimit(BatchError error) {
    return isTokenLimit(error.code(), error.message());
  }

  /** Whether a creation was refused for what is under way, and not for what was asked. */
  public static boolean isTokenLimit(ProviderException e) {
    return (e.status() == 400 || e.status() == 429)
        && isTokenLimit(e.code(), String.valueOf(e.getMessage()));
  }

  private static boolean isTokenLimit(@Nullable String code, String message) {
    return (code != null && LIMITS.contains(code))
        || message.toLowerCase(Locale.ROOT).contains("enqueued token limit reached");
  }

  private static boolean isFileNotFound(BatchError error) {
    return error.line() == null && error.message().startsWith("Cannot find file");
  }
}
