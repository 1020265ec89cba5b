package io.beambatch.schema;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A codec made of a function that writes its type and one that reads it. */
record ScalarCodec(Set<Kind> kinds, Writer writer, Reader reader) implements ValueCodec {

  static ScalarCodec of(Writer writer, Reader reader, Kind first, Kind... more) {
    return new ScalarCodec(EnumSet.of(first, more), writer, reader);
  }

  /**
   * A codec of values that are written as texts.
   *
   * @param expected describes the text, such as "a date such as 2026-01-31"
   */
  static ScalarCodec ofText(ToText toText, FromText fromText, String expected) {
    return of(
        (value, out) -> {
          try {
            out.writeString(toText.text(value));
          } catch (RuntimeException e) {
            throw new MismatchException("the stored value can't be " + expected);
          }
        },
        in -> {
          if (in.kind() != Kind.TEXT) {
            throw in.mismatch(expected);
          }
          try {
            return fromText.value(in.parser().getText());
          } catch (RuntimeException e) {
            // The cause's message shows the value.
            throw new MismatchException("should be " + expected + ", but is another text");
          }
        },
        Kind.TEXT);
  }

  @Override
  public void write(@Nullable Object value, JsonGenerator out) throws IOException {
    writer.write(ValueCodec.present(value), out);
  }

  @Override
  public @Nullable Object read(JsonSource in) throws IOException {
    return reader.read(in);
  }

  /** Writes a non-null value. */
  @FunctionalInterface
  interface Writer {
    void write(Object value, JsonGenerator out) throws IOException;
  }

  /** Reads a value. */
  @FunctionalInterface
  interface Reader {
    @Nullable Object read(JsonSource in) throws IOException;
  }

  /** The text of a value. */
  @FunctionalInterface
  interface ToText {
    String text(Object value);
  }

  /** The value of a text. */
  @FunctionalInterface
  interface FromText {
    Object value(String text);
  }
}
