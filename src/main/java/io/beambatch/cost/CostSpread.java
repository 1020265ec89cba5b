package io.beambatch.cost;

/**
 * How much the costs of single requests differ, for the error of a projection from a sample: sums
 * that can be added up, batch by batch.
 *
 * @param requests how many costs were added
 * @param sum of the costs, in USD
 * @param squares the sum of their squares
 */
public record CostSpread(long requests, double sum, double squares) {
  /** The spread of no costs. */
  public static final CostSpread NONE = new CostSpread(0, 0, 0);

  /** The spread with one more request. */
  public CostSpread plus(double usd) {
    return new CostSpread(requests + 1, sum + usd, squares + usd * usd);
  }

  /** The spread of both. */
  public CostSpread plus(CostSpread other) {
    return new CostSpread(requests + other.requests, sum + other.sum, squares + other.squares);
  }

  /**
   * The standard error of the mean cost of a request, relative to that mean; not a number if it
   * can't be told from so few.
   */
  public double relativeError() {
    if (requests < 2 || sum <= 0) {
      return Double.NaN;
    }
    double variance = Math.max(0, squares - sum * sum / requests) / (requests - 1);
    return Math.sqrt(variance / requests) / (sum / requests);
  }
}
