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

  /**
   * The value that a type without null must have.
   *
   * @throws MismatchException if there is none, or it can't be read
   */
  static Object present(@Nullable Object value) throws MismatchException {
    if (value == null) {
      throw new MismatchException("is null, which the schema doesn't allow");
    }
    if (value instanceof UnreadableValue unreadable) {
      throw new MismatchException(unreadable.problem());
    }
    return value;
  }

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
