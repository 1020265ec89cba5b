package io.beambatch.source;

import org.jspecify.annotations.Nullable;

/** A record can't become a document. The message says why, without its place or contents. */
public final class InvalidRecordException extends Exception {
  private final @Nullable String json;

  /** For a record that is represented by its raw text. */
  public InvalidRecordException(String problem) {
    this(problem, null);
  }

  /**
   * @param json the object that represents the record, or null for its raw text
   */
  public InvalidRecordException(String problem, @Nullable String json) {
    // No stack trace: there may be millions of broken records.
    super(problem, null, false, false);
    this.json = json;
  }

  /** The object that represents the record, or null for its raw text. */
  public @Nullable String json() {
    return json;
  }
}
