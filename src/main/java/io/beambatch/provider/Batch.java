package io.beambatch.provider;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A batch, as the provider shows it.
 *
 * @param outputFileId answered lines, or null (also for a while after the batch has ended)
 * @param errorFileId failed lines, or null
 * @param metadata what was given at creation
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
    Map<String, String> metadata) {

  /**
   * Whether the result files of a batch that has ended are there, as far as its counts tell. A
   * provider may show the files, and the last counts, a while after the end.
   */
  public boolean hasAllResults() {
    if (status == BatchStatus.FAILED) {
      return true;
    }
    boolean output = outputFileId != null;
    boolean error = errorFileId != null;
    if (output && error) {
      return true;
    }
    if (total == 0) {
      // Cancelled or expired before it was begun: there will be none.
      return output || error || status != BatchStatus.COMPLETED;
    }
    boolean countsAddUp = completed + failed >= total;
    return countsAddUp && (output || completed == 0) && (error || failed == 0) && (output || error);
  }
}
