package io.beambatch.provider;

import io.beambatch.provider.BatchError.Kind;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A batch, as the provider reports it.
 *
 * @param inputFileId the file of the uploaded requests; empty if the batch was not created from a
 *     file
 * @param outputFileId where {@link BatchProvider#download} finds answered lines, or all lines, or
 *     null (also for a while after the batch has ended)
 * @param errorFileId where it finds failed lines, or null
 * @param total the number of requests; 0 if it isn't reported yet
 * @param metadata the labels of its submission, as far as the provider reports them
 * @param hasAllResults for a batch that has ended: whether all of its results are available
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
   * A batch of a provider that writes answers and failures to separate files, and may show the
   * files and the final counts some time after the end.
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

  /** The key of the submission that created it, as far as the provider reports it, or null. */
  public @Nullable String key() {
    return metadata.get(KEY);
  }

  /**
   * Returns whether it shows any results. This is independent of its end: a failed or cancelled
   * batch may have answers, which were paid for.
   */
  public boolean hasResults() {
    return outputFileId != null || errorFileId != null;
  }

  /** Returns whether it failed only for reasons that pass by themselves. */
  public boolean mayBeSentAgain() {
    return status == BatchStatus.FAILED
        && !errors.isEmpty()
        && errors.stream()
            .map(BatchError::kind)
            .allMatch(kind -> kind == Kind.NO_ROOM || kind == Kind.INPUT_NOT_FOUND);
  }

  /** Why it failed, if the account had no credit; otherwise null. */
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
      // Cancelled or expired before it was started: it will have no results.
      return output || error || status != BatchStatus.COMPLETED;
    }
    boolean countsAddUp = completed + failed >= total;
    return countsAddUp && (output || completed == 0) && (error || failed == 0) && (output || error);
  }
}
