package io.beambatch.result;

import org.apache.beam.sdk.coders.DefaultCoder;

/**
 * A file of outcomes in the staging location: JSON lines, ready for the sink.
 *
 * @param kind whether its documents were answered
 * @param shard names it within the run, the same at every repetition; {@code [A-Za-z0-9_-]+}
 * @param path in the staging location
 * @param documents how many lines it has
 */
@DefaultCoder(ResultFileCoder.class)
public record ResultFile(Kind kind, String shard, String path, long documents) {

  /** What became of the documents. */
  public enum Kind {
    ANSWERED,
    FAILED
  }
}
