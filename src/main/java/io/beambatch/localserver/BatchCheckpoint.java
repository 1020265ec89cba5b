package io.beambatch.localserver;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;

/**
 * How far a batch has come, with the sizes of its files at that time: enough to resume after a
 * crash.
 *
 * @param lines of the input that are finished, in the batch's own order
 * @param completed how many of them were answered
 * @param failed how many of them were refused
 */
@JsonNaming(SnakeCaseStrategy.class)
record BatchCheckpoint(
    int lines,
    int completed,
    int failed,
    long outputBytes,
    long errorBytes,
    long billedBytes,
    long inputTokens,
    long outputTokens) {
  static final BatchCheckpoint NONE = new BatchCheckpoint(0, 0, 0, 0, 0, 0, 0, 0);
}
