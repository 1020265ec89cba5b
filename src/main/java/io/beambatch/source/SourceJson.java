package io.beambatch.source;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import io.beambatch.document.ReservedFields;
import io.beambatch.json.Json;
import io.beambatch.json.JsonSlice;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Parses JSON of sources, and describes its faults without showing its contents. */
final class SourceJson {
  /** Half of the parsers' default, because documents are wrapped in others later. */
  static final int MAX_DEPTH = 500;

  private static final int MAX_DIGITS = 1000;

  private static final JsonFactory FACTORY = Json.limited(MAX_DEPTH, MAX_DIGITS);

  private SourceJson() {}

  /** Parses bytes, and reports faults by byte offset. */
  static void parse(byte[] bytes, int from, int to, Handler handler) throws InvalidRecordException {
    try (JsonParser parser = FACTORY.createParser(bytes, from, to - from)) {
      handler.read(parser);
    } catch (JsonProcessingException e) {
      throw new InvalidRecordException(fault(e));
    } catch (IOException e) {
      throw new UncheckedIOException("bytes in memory can't be read", e);
    }
  }

  /** A well-formed object without the fields that an earlier run added. */
  static String withoutReserved(byte[] bytes, int from, int to) {
    try {
      return ReservedFields.drop(JsonSlice.of(bytes, from, to)).json();
    } catch (IOException e) {
      throw new UncheckedIOException("bytes in memory can't be read", e);
    }
  }

  private static String fault(JsonProcessingException e) {
    String message = e.getOriginalMessage();
    String where = e.getLocation() == null ? "" : " at byte " + e.getLocation().getByteOffset();
    if (e instanceof StreamConstraintsException) {
      return message.contains("epth")
          ? "JSON nested deeper than " + MAX_DEPTH + " levels"
          : "a number of more than " + MAX_DIGITS + " digits";
    }
    if (e instanceof JsonEOFException) {
      return "JSON that ends too early: a bracket or quote is open" + where;
    }
    if (message.startsWith("Illegal unquoted character")) {
      return "a control character in a JSON string" + where + "; write it as \\n, \\t or \\u00XX";
    }
    return "malformed JSON" + where;
  }

  /** Reads from a parser. */
  @FunctionalInterface
  interface Handler {
    void read(JsonParser parser) throws IOException, InvalidRecordException;
  }
}
