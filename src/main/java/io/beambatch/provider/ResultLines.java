package io.beambatch.provider;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads an output or error file line by line; one line at a time is in memory. A line that can't be
 * read doesn't keep the others from being read.
 */
public final class ResultLines implements Closeable {
  /** Longer lines are unreadable: 256 MiB. An embedding of 2,048 inputs takes half of it. */
  static final int LONGEST_LINE = 256 << 20;

  private final LineReader lines;

  /**
   * @param file closed by {@link #close}; needs no buffer of its own
   */
  public ResultLines(InputStream file) {
    this(file, LONGEST_LINE);
  }

  ResultLines(InputStream file, int longestLine) {
    this.lines = new LineReader(file, longestLine);
  }

  /**
   * The next line, or null at the end; blank lines are passed over.
   *
   * @throws IOException if the file can't be read on, a broken download for example
   */
  public @Nullable ResultLine next() throws IOException {
    while (lines.next()) {
      if (lines.tooLong()) {
        return ResultLine.unreadable(
            lines.number(), "it has more than " + lines.longest() + " bytes");
      }
      if (!lines.blank()) {
        return parse();
      }
    }
    return null;
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }

  private ResultLine parse() throws IOException {
    JsonNode json;
    try {
      json = Json.MAPPER.readTree(lines.bytes(), 0, lines.length());
    } catch (JacksonException e) {
      return ResultLine.unreadable(
          lines.number(),
          "it isn't JSON, from byte " + (e.getLocation() == null ? 0 : byteOf(e)) + " on");
    }
    if (!json.isObject()) {
      return ResultLine.unreadable(lines.number(), "it isn't a JSON object");
    }
    return read(json);
  }

  private static long byteOf(JacksonException e) {
    return Math.max(0, e.getLocation().getByteOffset());
  }

  private ResultLine read(JsonNode json) {
    JsonNode response = json.path("response");
    JsonNode body = body(response.path("body"));
    Long status = Json.number(response, "status_code");
    JsonNode error = json.path("error");
    if (!present(error) && body != null && (status == null || status >= 400)) {
      error = body.path("error");
    }
    if (status == null) {
      status = body == null || present(error) ? 0L : 200L;
    }
    return new ResultLine(
        lines.number(),
        null,
        Json.text(json, "custom_id"),
        status.intValue(),
        Json.text(response, "request_id"),
        body,
        code(error),
        error.isTextual() ? error.asText() : Json.text(error, "message"));
  }

  private static @Nullable String code(JsonNode error) {
    String code = Json.text(error, "code");
    return code == null ? Json.text(error, "type") : code;
  }

  private static boolean present(JsonNode node) {
    return !node.isMissingNode() && !node.isNull();
  }

  /** Some servers send the body as JSON in a string. */
  private static @Nullable JsonNode body(JsonNode body) {
    if (!present(body)) {
      return null;
    }
    if (body.isTextual()) {
      try {
        JsonNode parsed = Json.MAPPER.readTree(body.asText());
        return parsed.isContainerNode() ? parsed : body;
      } catch (JacksonException plainText) {
        return body;
      }
    }
    return body;
  }
}
