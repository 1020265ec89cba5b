package io.beambatch.document;

/**
 * Why documents failed, in our words: with the provider's code, but without its message and without
 * contents of documents, including their ids.
 *
 * @param documents the number of documents that failed for this cause
 * @param example the place of one of them in the source, or its request and batch, or its line
 *     among the failures; the message is the example's
 */
public record FailureCause(FailureReason reason, String message, long documents, String example) {
  private static final String LINE = "line ";
  private static final String FILE = " of the failures in …-unsent.jsonl";

  /** The cause of a document that was never sent, with its line in a part's file of failures. */
  public static FailureCause atLine(FailureReason reason, String message, long line) {
    return new FailureCause(reason, message, 1, LINE + line + FILE);
  }

  /** The same cause, with its line moved down by the lines of preceding parts. */
  public FailureCause behind(long lines) {
    return isLine() ? example(LINE + (lines + line()) + FILE) : this;
  }

  /** The same cause without a line, for when no file of failures is written. */
  public FailureCause withoutLine() {
    return isLine() ? example("") : this;
  }

  private boolean isLine() {
    return example.startsWith(LINE) && example.endsWith(FILE);
  }

  private long line() {
    return Long.parseLong(example.substring(LINE.length(), example.length() - FILE.length()));
  }

  private FailureCause example(String other) {
    return new FailureCause(reason, message, documents, other);
  }
}
