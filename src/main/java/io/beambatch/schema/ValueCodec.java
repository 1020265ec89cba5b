package io.beambatch.schema;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes the values of one type as JSON, and reads them back. Values are Avro's own: a decimal is
 * its bytes, a date its days.
 */
interface ValueCodec {

  /** The possible kinds of its JSON. */
  Set<Kind> kinds();

  /** Writes a value, which is null only if the type is null. */
  void write(@Nullable Object value, JsonGenerator out) throws IOException;

  /**
   * Reads the value at the parser's current token, and moves the parser to the value's last token.
   *
   * @throws MismatchException if it has another type
   */
  @Nullable Object read(JsonSource in) throws IOException;

  /** The kind of a JSON value, by its first token. */
  enum Kind {
    NULL,
    BOOLEAN,
    INTEGER,
    FRACTION,
    TEXT,
    ARRAY,
    OBJECT
  }
}
