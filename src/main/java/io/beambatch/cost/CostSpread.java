package io.beambatch.cost;

/**
 * The spread of the costs of single requests, from which the error of a projection follows. It
 * consists of sums, so that batches can be added up.
 *
 * @param requests the number of costs
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
   * The standard error of the mean cost of a request, relative to that mean; NaN if there are too
   * few requests.
   */
  public double relativeError() {
    if (requests < 2 || sum <= 0) {
      return Double.NaN;
    }
    double variance = Math.max(0, squares - sum * sum / requests) / (requests - 1);
    return Math.sqrt(variance / requests) / (sum / requests);
  }
}
