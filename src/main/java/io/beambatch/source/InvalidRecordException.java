package io.beambatch.source;

import org.jspecify.annotations.Nullable;

/** A record can't become a document. The message says why, without place or contents. */
public final class InvalidRecordException extends Exception {
  private final @Nullable String json;

  /** A record that its raw text stands for. */
  public InvalidRecordException(String problem) {
    this(problem, null);
  }

  /**
   * @param json the object that stands for the record, or null for its raw text
   */
  public InvalidRecordException(String problem, @Nullable String json) {
    // Without a stack trace: broken records may come by the million.
    super(problem, null, false, false);
    this.json = json;
  }

  /** The object that stands for the record, or null for its raw text. */
  public @Nullable String json() {
    return json;
  }
}
