package io.beambatch.reuse;

/**
 * Identifies a request by its content, in 128 bits of a SHA-256: identical requests have the same
 * fingerprint. Among 2^40 requests, the probability that any two different ones share it is below
 * 1e-14.
 *
 * @param high the first eight bytes
 * @param low the next eight bytes
 */
public record Fingerprint(long high, long low) implements Comparable<Fingerprint> {
  /** Its length in bytes. */
  static final int BYTES = 16;

  /** Compares the bytes as unsigned numbers. */
  @Override
  public int compareTo(Fingerprint other) {
    int byHigh = Long.compareUnsigned(high, other.high);
    return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
  }
}
