package io.beambatch.provider;

import org.jspecify.annotations.Nullable;

/**
 * What the provider found wrong when it validated a batch.
 *
 * @param code such as {@code invalid_json_line}
 * @param param the offending field, such as {@code body.model}, or null
 * @param line counted from 1 in the input file, or null if the whole file is meant
 */
public record BatchError(
    @Nullable String code, String message, @Nullable String param, @Nullable Integer line) {

  /** Without the message, which may quote what stands in the line. */
  @Override
  public String toString() {
    return "BatchError[code=" + code + ", param=" + param + ", line=" + line + "]";
  }
}
