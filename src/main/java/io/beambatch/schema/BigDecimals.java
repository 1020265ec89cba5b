package io.beambatch.schema;

import io.beambatch.schema.ValueCodec.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

/**
 * Avro's {@code big-decimal}: decimals that each have their own scale, stored as digits and scale
 * in Avro's encoding.
 */
final class BigDecimals {
  static final ValueCodec CODEC =
      ScalarCodec.of(
          (value, out) -> out.writeNumber(decode((ByteBuffer) value).toPlainString()),
          in -> {
            if (in.kind() != Kind.INTEGER && in.kind() != Kind.FRACTION) {
              throw in.mismatch("a number");
            }
            return encode(bounded(new BigDecimal(in.parser().getText())));
          },
          Kind.INTEGER,
          Kind.FRACTION);

  private BigDecimals() {}

  private static BigDecimal decode(ByteBuffer value) throws IOException {
    byte[] bytes = new byte[value.remaining()];
    value.duplicate().get(bytes);
    try {
      BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(bytes, null);
      long length = decoder.readLong();
      if (length <= 0 || length > bytes.length) {
        throw new MismatchException("the stored decimal doesn't have the digits that it says");
      }
      byte[] digits = new byte[(int) length];
      decoder.readFixed(digits);
      return bounded(new BigDecimal(new BigInteger(digits), decoder.readInt()));
    } catch (MismatchException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new MismatchException("the stored decimal doesn't have the digits that it says");
    }
  }

  /** The text of a number with a large scale would exhaust memory. */
  private static BigDecimal bounded(BigDecimal number) throws MismatchException {
    if (Math.abs((long) number.scale()) > LogicalCodecs.MOST_DIGITS
        || number.precision() > LogicalCodecs.MOST_DIGITS) {
      throw new MismatchException(
          "the decimal has more than " + LogicalCodecs.MOST_DIGITS + " digits");
    }
    return number;
  }

  private static ByteBuffer encode(BigDecimal number) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    encoder.writeBytes(number.unscaledValue().toByteArray());
    encoder.writeInt(number.scale());
    encoder.flush();
    return ByteBuffer.wrap(bytes.toByteArray());
  }
}
