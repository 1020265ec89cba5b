package io.beambatch.source;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.IOException;
import java.io.UncheckedIOException;

/** How source JSON is parsed, and how its faults are told without showing its contents. */
final class Json {
  /** Half of what parsers take by default, because documents get wrapped in others on the way. */
  static final int MAX_DEPTH = 500;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          // A NUL at the start makes no UTF-32 of what is UTF-8.
          .disable(JsonFactory.Feature.CHARSET_DETECTION)
          // Field names may be data: interned ones would never be freed.
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private Json() {}

  /** Parses bytes, and tells faults by their place in the bytes. */
  static void parse(byte[] bytes, int from, int to, Handler handler) throws InvalidRecordException {
    try (JsonParser parser = FACTORY.createParser(bytes, from, to - from)) {
      handler.read(parser);
    } catch (JsonProcessingException e) {
      throw new InvalidRecordException(fault(e));
    } catch (IOException e) {
      throw new UncheckedIOException("bytes in memory can't be read", e);
    }
  }

  private static String fault(JsonProcessingException e) {
    String told = e.getOriginalMessage();
    String where = e.getLocation() == null ? "" : " at byte " + e.getLocation().getByteOffset();
    if (e instanceof StreamConstraintsException) {
      return told.contains("epth")
          ? "JSON nested deeper than " + MAX_DEPTH + " levels"
          : "a number of more than 1000 digits";
    }
    if (e instanceof JsonEOFException) {
      return "JSON that ends too early: a bracket or quote is open" + where;
    }
    if (told.startsWith("Illegal unquoted character")) {
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
