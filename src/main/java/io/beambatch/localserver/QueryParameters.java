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
      throw new ApiException(ApiError.outOfRange("limit", limit, 1, most));
    }
    return limit;
  }

  /**
   * A number, 0 to {@code most}.
   *
   * @param otherwise the number if the call has none
   */
  static int number(Context call, String name, int otherwise, int most) throws ApiException {
    String text = call.queryParam(name);
    if (text == null) {
      return otherwise;
    }
    if (!text.matches("\\d{1,9}") || Integer.parseInt(text) > most) {
      throw new ApiException(ApiError.invalidType(name, "an integer", "'" + text + "'"));
    }
    return Integer.parseInt(text);
  }

  /** Finds the number of a thing by its id. */
  @FunctionalInterface
  interface Numbers {
    long of(String id) throws ApiException;
  }
}
