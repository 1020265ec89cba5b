package io.beambatch.provider;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * One line of an output or error file: what became of one request.
 *
 * @param line counted from 1, blank ones included
 * @param unreadable why the line can't be read, without its contents; then all that follows is null
 *     or 0. Null for a line that could be read
 * @param customId of the request, or null if the line has none
 * @param statusCode of the call that the provider made, or 0 if it made none. A body without a
 *     status and without an error counts as 200
 * @param body of the call's reply, every digit of its numbers kept, or null
 * @param errorCode such as {@code batch_expired}: the line's own, else (from status 400 on) the
 *     body's, or null
 * @param errorMessage as the code, in the provider's words, which may quote the request
 */
public record ResultLine(
    long line,
    @Nullable String unreadable,
    @Nullable String customId,
    int statusCode,
    @Nullable String requestId,
    @Nullable JsonNode body,
    @Nullable String errorCode,
    @Nullable String errorMessage) {

  static ResultLine unreadable(long line, String why) {
    return new ResultLine(line, why, null, 0, null, null, null, null);
  }

  /** Everything but what was answered. */
  @Override
  public String toString() {
    return "ResultLine[line "
        + line
        + (unreadable == null ? ", " + customId + ", status " + statusCode : ", " + unreadable)
        + "]";
  }
}
