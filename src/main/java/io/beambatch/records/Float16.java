package io.beambatch.records;

/** Converts 16-bit floating-point numbers (IEEE 754 binary16), which Java 17 lacks. */
final class Float16 {
  private static final int FRACTION_BITS = 10;
  private static final int FRACTION = (1 << FRACTION_BITS) - 1;
  private static final int EXPONENT = 0x1F;
  private static final int BIAS = 15;
  private static final int SIGN = 0x8000;
  private static final short NOT_A_NUMBER = 0x7E00;

  private Float16() {}

  /** The value of 16 bits; a float can represent each. */
  static float toFloat(short bits) {
    int exponent = (bits >> FRACTION_BITS) & EXPONENT;
    int fraction = bits & FRACTION;
    float magnitude;
    if (exponent == EXPONENT) {
      magnitude = fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
    } else if (exponent == 0) {
      magnitude = Math.scalb((float) fraction, 1 - BIAS - FRACTION_BITS);
    } else {
      magnitude =
          Math.scalb((float) (fraction + (1 << FRACTION_BITS)), exponent - BIAS - FRACTION_BITS);
    }
    return (bits & SIGN) == 0 ? magnitude : -magnitude;
  }

  /**
   * The 16 bits of a value.
   *
   * @throws ArithmeticException if 16 bits can't represent it exactly
   */
  static short toBits(float value) {
    if (Float.isNaN(value)) {
      return NOT_A_NUMBER;
    }
    int sign = Float.floatToRawIntBits(value) < 0 ? SIGN : 0;
    float magnitude = Math.abs(value);
    int bits;
    if (Float.isInfinite(magnitude)) {
      bits = EXPONENT << FRACTION_BITS;
    } else {
      int exponent = Math.max(Math.getExponent(magnitude), 1 - BIAS);
      int digits = (int) Math.scalb(magnitude, FRACTION_BITS - exponent);
      boolean normal = digits > FRACTION;
      bits = normal ? ((exponent + BIAS) << FRACTION_BITS) | (digits & FRACTION) : digits;
    }
    short result = (short) (sign | bits);
    if (Float.compare(toFloat(result), value) != 0) {
      throw new ArithmeticException("more digits than a number of 16 bits has");
    }
    return result;
  }
}
