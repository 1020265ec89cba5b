package io.beambatch.provider.http;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.beambatch.json.Json;
import io.beambatch.provider.ProviderIds;
import java.io.IOException;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * Reads providers' JSON replies. It is tolerant, because compatible servers differ: null, missing
 * and empty fields are the same, and so are a number and a quoted number.
 */
public final class ReplyJson {
  /** More than any batch has; sums of such counts fit into a long. */
  private static final long LARGEST_COUNT = 1_000_000_000;

  private static final BigDecimal LARGEST = BigDecimal.valueOf(Long.MAX_VALUE);
  private static final int MOST_DIGITS = 1_000;

  private static final JsonMapper MAPPER =
      Json.mapper(MOST_DIGITS).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private ReplyJson() {}

  /** Parses one JSON value, with nothing after it. */
  public static JsonNode parse(byte[] reply) throws IOException {
    return MAPPER.readTree(reply);
  }

  /** Returns a field's text, or null if it is missing, null, empty, an object or an array. */
  public static @Nullable String text(JsonNode node, String field) {
    JsonNode value = node.path(field);
    return value.isValueNode() && !value.isNull() && !value.asText().isEmpty()
        ? value.asText()
        : null;
  }

  /**
   * Returns a field's number, or null if it is missing or not a number. Numbers outside the range
   * of a long are clamped.
   */
  public static @Nullable Long number(JsonNode node, String field) {
    String text = text(node, field);
    if (text == null) {
      return null;
    }
    try {
      BigDecimal number = new BigDecimal(text.strip());
      // Compared before conversion: 1e999999999 takes minutes to expand.
      return number.compareTo(LARGEST) >= 0
          ? Long.valueOf(Long.MAX_VALUE)
          : Long.valueOf(
              number.compareTo(LARGEST.negate()) <= 0 ? -Long.MAX_VALUE : number.longValue());
    } catch (NumberFormatException notANumber) {
      return null;
    }
  }

  /** Returns a field's number as a count between 0, also for none, and a thousand million. */
  public static long count(JsonNode node, String field) {
    Long number = number(node, field);
    return number == null ? 0 : Math.max(0, Math.min(number, LARGEST_COUNT));
  }

  /** Returns a field's text if it is a valid id; otherwise null. */
  public static @Nullable String id(JsonNode node, String field) {
    String text = text(node, field);
    return text == null || !ProviderIds.isId(text) ? null : text;
  }
}
