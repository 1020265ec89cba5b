package io.beambatch.provider;

import io.beambatch.provider.BatchError.Kind;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A batch, as the provider shows it.
 *
 * @param inputFileId of the uploaded requests; empty if it was created of no file
 * @param outputFileId where {@link BatchProvider#download} finds answered lines, or all lines, or
 *     null (also for a while after the batch has ended)
 * @param errorFileId where it finds failed lines, or null
 * @param total how many requests it has; 0 if that isn't shown yet
 * @param metadata the labels of its submission, as far as the provider shows them
 * @param hasAllResults of a batch that has ended: whether all of its results are shown
 */
public record Batch(
    String id,
    BatchStatus status,
    String endpoint,
    String inputFileId,
    @Nullable String outputFileId,
    @Nullable String errorFileId,
    Instant createdAt,
    long total,
    long completed,
    long failed,
    List<BatchError> errors,
    Map<String, String> metadata,
    boolean hasAllResults) {

  /** The label that carries the key of a submission. */
  public static final String KEY = "beambatch_key";

  /**
   * A batch of a provider that writes answers and failures to a file each, and may show the files,
   * and the last counts, a while after the end.
   */
  public Batch(
      String id,
      BatchStatus status,
      String endpoint,
      String inputFileId,
      @Nullable String outputFileId,
      @Nullable String errorFileId,
      Instant createdAt,
      long total,
      long completed,
      long failed,
      List<BatchError> errors,
      Map<String, String> metadata) {
    this(
        id,
        status,
        endpoint,
        inputFileId,
        outputFileId,
        errorFileId,
        createdAt,
        total,
        completed,
        failed,
        errors,
        metadata,
        showsBothFiles(
            status,
            outputFileId != null,
            errorFileId != null,
            new long[] {total, completed, failed}));
  }

  /** The key of the submission that it was created of, as far as the provider shows it, or null. */
  public @Nullable String key() {
    return metadata.get(KEY);
  }

  /**
   * Whether it shows any results. That is another question than whether it has ended: a batch that
   * failed or was cancelled may have answers, which were paid.
   */
  public boolean hasResults() {
    return outputFileId != null || errorFileId != null;
  }

  /** Whether it failed for nothing but reasons that pass by themselves. */
  public boolean mayBeSentAgain() {
    return status == BatchStatus.FAILED
        && !errors.isEmpty()
        && errors.stream()
            .map(BatchError::kind)
            .allMatch(kind -> kind == Kind.NO_ROOM || kind == Kind.INPUT_NOT_FOUND);
  }

  /** Why it failed, if it was for want of money; else null. */
  public @Nullable BatchError outOfFunds() {
    return status != BatchStatus.FAILED
        ? null
        : errors.stream()
            .filter(error -> error.kind() == Kind.OUT_OF_FUNDS)
            .findFirst()
            .orElse(null);
  }

  private static boolean showsBothFiles(
      BatchStatus status, boolean output, boolean error, long[] counts) {
    if (status == BatchStatus.FAILED || (output && error)) {
      return true;
    }
    long total = counts[0];
    long completed = counts[1];
    long failed = counts[2];
    if (total == 0) {
      // Cancelled or expired before it was begun: there will be none.
      return output || error || status != BatchStatus.COMPLETED;
    }
    boolean countsAddUp = completed + failed >= total;
    return countsAddUp && (output || completed == 0) && (error || failed == 0) && (output || error);
  }
}
