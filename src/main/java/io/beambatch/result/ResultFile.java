package io.beambatch.result;

import java.util.List;
import org.apache.beam.sdk.coders.DefaultCoder;

/**
 * A file of outcomes in the staging location: JSON lines, ready for the sink.
 *
 * @param kind whether its documents were answered
 * @param shard names it within the run, the same at every repetition; {@code [A-Za-z0-9_-]+}
 * @param path in the staging location
 * @param documents how many lines it has
 * @param fields the documents' top-level fields in the order of first appearance, the result field
 *     and {@code _batch} (or {@code _failure}) included
 */
@DefaultCoder(ResultFileCoder.class)
public record ResultFile(
    Kind kind, String shard, String path, long documents, List<String> fields) {

  /** What became of the documents. */
  public enum Kind {
    ANSWERED,
    FAILED
  }
}
