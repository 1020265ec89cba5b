package io.beambatch.localserver;

import io.javalin.http.Context;

/** Reads query parameters. */
final class QueryParameters {
  private QueryParameters() {}

  /**
   * The parameters of a list call.
   *
   * @param usual the default size of the page
   * @param numbers finds the number of the thing that {@code after} names
   */
  static ListPage listing(Context call, int usual, int most, Numbers numbers) throws ApiException {
    String after = call.queryParam("after");
    String order = call.queryParam("order");
    if (order != null && !order.equals("asc") && !order.equals("desc")) {
      throw new ApiException(ApiError.invalidValue("order", order, "'asc' and 'desc'"));
    }
    return new ListPage(
        after == null || after.isEmpty() ? null : numbers.of(after),
        limit(call.queryParam("limit"), usual, most),
        "asc".equals(order) ? ListPage.Order.ASC : ListPage.Order.DESC);
  }

  private static int limit(String text, int usual, int most) throws ApiException {
    if (text == null) {
      return usual;
    }
    if (!text.matches("-?\\d{1,9}")) {
      throw new ApiException(ApiError.invalidType("limit", "an integer", "'" + text + "'"));
    }
    int limit = Integer.parseInt(text);
    if (limit < 1 || limit > most) {
      boolean below = limit < 1;
      throw new ApiException(
          ApiError.invalid(
              "Invalid 'limit': integer %s value. Expected a value %s %d, but got %d instead."
                  .formatted(
                      below ? "below minimum" : "above maximum",
                      below ? ">=" : "<=",
                      below ? 1 : most,
                      limit),
              "limit",
              below ? "integer_below_min_value" : "integer_above_max_value"));
    }
    return limit;
  }

  /** Finds the number of a thing by its id. */
  @FunctionalInterface
  interface Numbers {
    long of(String id) throws ApiException;
  }
}
