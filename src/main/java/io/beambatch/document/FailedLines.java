package io.beambatch.document;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.json.JsonSlice;
import io.beambatch.json.ObjectEditor;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Writes lines of the dead letter: the original document with the failure appended under {@link
 * ReservedFields#FAILURE}.
 */
public final class FailedLines {
  private static final Pattern HALF_A_CHARACTER = Pattern.compile("\\p{Cs}");

  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final ObjectEditor FAILED =
      ObjectEditor.of(List.of(ReservedFields.FAILURE), List.of());

  private FailedLines() {}

  /** Writes a failed document as one line. */
  public static void write(OutputStream out, FailedDocument failed) throws IOException {
    write(out, JsonSlice.of(failed.document().json()), failed.failure());
  }

  /**
   * Writes a failed document as one line: its own fields, then {@code "_failure":{"reason",
   * "message", "attempts", "batch_id", "request_id"}}, with {@code "partial"} if there is one.
   *
   * @param document one JSON object on one line
   * @throws IllegalArgumentException if the document is not an object in braces
   */
  public static void write(OutputStream out, JsonSlice document, Failure failure)
      throws IOException {
    FAILED.writeLine(out, document, List.of(JsonSlice.of(MAPPER.writeValueAsBytes(json(failure)))));
  }

  private static ObjectNode json(Failure failure) {
    ObjectNode json =
        MAPPER
            .createObjectNode()
            .put("reason", failure.reason().code())
            .put("message", encodable(failure.message()))
            .put("attempts", failure.attempts())
            .put("batch_id", encodable(failure.batchId()))
            .put("request_id", encodable(failure.requestId()));
    if (failure.partial() != null) {
      json.put("partial", encodable(failure.partial()));
    }
    return json;
  }

  /** A lone surrogate, as at the end of a truncated answer, can't be encoded in UTF-8. */
  private static @Nullable String encodable(@Nullable String text) {
    return text == null ? null : HALF_A_CHARACTER.matcher(text).replaceAll("\uFFFD");
  }
}
