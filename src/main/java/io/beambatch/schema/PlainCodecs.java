package io.beambatch.schema;

import com.fasterxml.jackson.core.JsonGenerator;
import io.beambatch.schema.ValueCodec.Kind;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericFixed;
import org.jspecify.annotations.Nullable;

/** Codecs of types without a logical type. */
final class PlainCodecs {
  private PlainCodecs() {}

  static final ValueCodec NULL =
      new ValueCodec() {
        @Override
        public Set<Kind> kinds() {
          return Set.of(Kind.NULL);
        }

        @Override
        public void write(@Nullable Object value, JsonGenerator out) throws IOException {
          out.writeNull();
        }

        @Override
        public @Nullable Object read(JsonSource in) throws IOException {
          if (in.kind() != Kind.NULL) {
            throw in.mismatch("null");
          }
          return null;
        }
      };

  static final ValueCodec BOOLEAN =
      ScalarCodec.of(
          (value, out) -> out.writeBoolean((Boolean) value),
          in -> {
            if (in.kind() != Kind.BOOLEAN) {
              throw in.mismatch("true or false");
            }
            return in.parser().getBooleanValue();
          },
          Kind.BOOLEAN);

  static final ValueCodec INT =
      ScalarCodec.of(
          (value, out) -> out.writeNumber((Integer) value),
          in -> (int) whole(in, Integer.MIN_VALUE, Integer.MAX_VALUE),
          Kind.INTEGER);

  static final ValueCodec LONG =
      ScalarCodec.of(
          (value, out) -> out.writeNumber((Long) value),
          in -> whole(in, Long.MIN_VALUE, Long.MAX_VALUE),
          Kind.INTEGER);

  /** Values that are not JSON numbers are texts: {@code "NaN"}, {@code "Infinity"}. */
  static final ValueCodec FLOAT =
      ScalarCodec.of(
          (value, out) -> {
            Float number = (Float) value;
            if (Float.isFinite(number)) {
              out.writeNumber(number);
            } else {
              out.writeString(number.toString());
            }
          },
          in -> {
            float number = Float.parseFloat(number(in));
            if (Float.isInfinite(number) && in.kind() != Kind.TEXT) {
              throw new MismatchException("the number is out of a float's range");
            }
            return number;
          },
          Kind.FRACTION,
          Kind.TEXT);

  static final ValueCodec DOUBLE =
      ScalarCodec.of(
          (value, out) -> {
            Double number = (Double) value;
            if (Double.isFinite(number)) {
              out.writeNumber(number);
            } else {
              out.writeString(number.toString());
            }
          },
          in -> {
            double number = Double.parseDouble(number(in));
            if (Double.isInfinite(number) && in.kind() != Kind.TEXT) {
              throw new MismatchException("the number is out of a double's range");
            }
            return number;
          },
          Kind.FRACTION,
          Kind.TEXT);

  /** A JSON value that is not a text is read as its JSON. */
  static final ValueCodec STRING =
      ScalarCodec.of(
          (value, out) -> out.writeString(value.toString()),
          in -> in.kind() == Kind.TEXT ? in.parser().getText() : in.json(),
          Kind.TEXT);

  static final ValueCodec BYTES =
      ScalarCodec.ofText(
          value -> {
            ByteBuffer buffer = ((ByteBuffer) value).duplicate();
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            return Base64.getEncoder().encodeToString(bytes);
          },
          text -> ByteBuffer.wrap(Base64.getDecoder().decode(text)),
          "bytes in Base64");

  static ValueCodec fixed(Schema schema) {
    return ScalarCodec.ofText(
        value -> Base64.getEncoder().encodeToString(((GenericFixed) value).bytes()),
        text -> {
          byte[] bytes = Base64.getDecoder().decode(text);
          if (bytes.length != schema.getFixedSize()) {
            throw new IllegalArgumentException("another length");
          }
          return new GenericData.Fixed(schema, bytes);
        },
        schema.getFixedSize() + " bytes in Base64");
  }

  static ValueCodec enumeration(Schema schema) {
    return ScalarCodec.ofText(
        value -> symbol(schema, value.toString()),
        text -> new GenericData.EnumSymbol(schema, symbol(schema, text)),
        "one of the enum's symbols");
  }

  private static String symbol(Schema schema, String text) {
    if (!schema.hasEnumSymbol(text)) {
      throw new IllegalArgumentException("another symbol");
    }
    return text;
  }

  private static long whole(JsonSource in, long min, long max) throws IOException {
    String expected = "a whole number from " + min + " to " + max;
    if (in.kind() != Kind.INTEGER && in.kind() != Kind.FRACTION) {
      throw in.mismatch(expected);
    }
    String text = in.parser().getText();
    try {
      // 1.0 and 1e3 are integers, too; expanding an arbitrary exponent could exhaust memory.
      BigDecimal number = in.kind() == Kind.INTEGER ? null : new BigDecimal(text);
      if (number != null && number.signum() != 0 && Math.abs((long) number.scale()) > 1_000_000) {
        throw new ArithmeticException("far out of range");
      }
      long value = number == null ? Long.parseLong(text) : number.longValueExact();
      if (value >= min && value <= max) {
        return value;
      }
    } catch (ArithmeticException | NumberFormatException e) {
      // Reported below, without the value.
    }
    throw new MismatchException("should be " + expected + ", but is another number");
  }

  /** The digits of a number, or NaN and similar texts. */
  private static String number(JsonSource in) throws IOException {
    String text = in.parser().getText();
    boolean fits =
        switch (in.kind()) {
          case INTEGER, FRACTION -> true;
          case TEXT -> text.equals("NaN") || text.equals("Infinity") || text.equals("-Infinity");
          default -> false;
        };
    if (!fits) {
      throw in.mismatch("a number");
    }
    return text;
  }
}
