package io.beambatch.source;

import org.jspecify.annotations.Nullable;

/** A record can't become a document. The message says why, without place or contents. */
final class InvalidRecordException extends Exception {
  private final @Nullable String json;

  InvalidRecordException(String problem) {
    this(problem, null);
  }

  /**
   * @param json the object that stands for the record, or null for its raw text
   */
  InvalidRecordException(String problem, @Nullable String json) {
    // Without a stack trace: broken records may come by the million.
    super(problem, null, false, false);
    this.json = json;
  }

  @Nullable String json() {
    return json;
  }
}
