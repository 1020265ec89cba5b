package io.beambatch.localserver;

/**
 * How probable it is that something goes wrong with a line, 0 to 1 each; 1 at most in sum, for no
 * line has two faults.
 *
 * @param error500 refused with 500, into the error file
 * @param error429 refused with 429, into the error file
 * @param timeout not answered: {@code request_timeout}, into the error file
 * @param statusZero {@code status_code} 0 in the output file, and counted as completed
 * @param missing in neither file, though counted as completed
 * @param doubled answered once, written twice
 * @param unknown followed by a line with a {@code custom_id} that nobody sent
 */
public record LineFaults(
    double error500,
    double error429,
    double timeout,
    double statusZero,
    double missing,
    double doubled,
    double unknown) {

  /** All is well. */
  public static final LineFaults NONE = new LineFaults(0, 0, 0, 0, 0, 0, 0);

  /** What happens to a line. */
  enum Kind {
    NONE,
    ERROR_500,
    ERROR_429,
    TIMEOUT,
    STATUS_ZERO,
    MISSING,
    DOUBLED,
    UNKNOWN
  }

  public LineFaults {
    double sum = error500 + error429 + timeout + statusZero + missing + doubled + unknown;
    for (double share :
        new double[] {error500, error429, timeout, statusZero, missing, doubled, unknown, sum}) {
      Faults.requireShare("each of lines, and their sum,", share);
    }
  }

  /**
   * What happens to one line.
   *
   * @param roll from 0 to 1, evenly spread
   */
  Kind of(double roll) {
    double[] shares = {error500, error429, timeout, statusZero, missing, doubled, unknown};
    double upTo = 0;
    for (int i = 0; i < shares.length; i++) {
      upTo += shares[i];
      if (roll < upTo) {
        return Kind.values()[i + 1];
      }
    }
    return Kind.NONE;
  }
}
