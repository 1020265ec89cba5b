package io.beambatch.reuse;

/**
 * What makes two requests the same: 128 bits of a SHA-256. Among 2^40 requests, the chance that any
 * two different ones share it is below 1e-14.
 *
 * @param high the first eight bytes
 * @param low the next eight bytes
 */
public record Fingerprint(long high, long low) implements Comparable<Fingerprint> {
  /** How many bytes it has. */
  static final int BYTES = 16;

  /** By the bytes, as unsigned numbers. */
  @Override
  public int compareTo(Fingerprint other) {
    int byHigh = Long.compareUnsigned(high, other.high);
    return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
  }
}
