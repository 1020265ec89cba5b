package io.beambatch.provider;

import org.jspecify.annotations.Nullable;

/**
 * An error that the provider reports for a batch. Its kind decides what happens to the chunk.
 *
 * @param kind what can be done about it
 * @param code such as {@code invalid_json_line}
 * @param param the offending field, such as {@code body.model}, or null
 * @param line counted from 1 in the input file, or null if the whole file is meant
 */
public record BatchError(
    Kind kind,
    @Nullable String code,
    String message,
    @Nullable String param,
    @Nullable Integer line) {

  /** Records of earlier versions have no kind. */
  public BatchError {
    kind = kind == null ? Kind.LASTING : kind;
  }

  /** An error caused by the requests, or one of them. */
  public BatchError(
      @Nullable String code, String message, @Nullable String param, @Nullable Integer line) {
    this(Kind.LASTING, code, message, param, line);
  }

  /** What can be done about an error. */
  public enum Kind {
    /** The same requests would fail again. */
    LASTING,
    /** Too much is in flight: there is room when something else has ended. */
    NO_ROOM,
    /** The uploaded file isn't visible yet. */
    INPUT_NOT_FOUND,
    /** The account has no credit. */
    OUT_OF_FUNDS
  }

  /** Omits the message, which may quote the line. */
  @Override
  public String toString() {
    return "BatchError[" + kind + ", code=" + code + ", param=" + param + ", line=" + line + "]";
  }
}
