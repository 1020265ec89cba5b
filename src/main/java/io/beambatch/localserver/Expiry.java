package io.beambatch.localserver;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code expires_after}, for uploads and for result files: an hour to 30 days. */
final class Expiry {
  /** The default lifetime of batch files. */
  static final long USUAL_SECONDS = 30 * 86_400L;

  private static final long LEAST = 3_600;
  private static final Pattern DIGITS = Pattern.compile("\\d{1,18}");

  private Expiry() {}

  /** The lifetime in a batch's creation. */
  static @Nullable Long of(JsonNode body) throws ApiException {
    JsonNode expiry = body.path("output_expires_after");
    if (expiry.isMissingNode() || expiry.isNull()) {
      return null;
    }
    return seconds(
        "output_expires_after.",
        "",
        expiry.path("anchor").asText(null),
        expiry.path("seconds").asText(null));
  }

  /** The lifetime in an upload's form fields; null if there are none. */
  static @Nullable Long ofForm(@Nullable String anchor, @Nullable String seconds)
      throws ApiException {
    return anchor == null && seconds == null
        ? null
        : seconds("expires_after[", "]", anchor, seconds);
  }

  private static long seconds(
      String prefix, String suffix, @Nullable String anchor, @Nullable String seconds)
      throws ApiException {
    String anchorParam = prefix + "anchor" + suffix;
    String secondsParam = prefix + "seconds" + suffix;
    if (anchor == null) {
      throw new ApiException(ApiError.missing(anchorParam));
    }
    if (!anchor.equals("created_at")) {
      throw new ApiException(ApiError.invalidValue(anchorParam, anchor, "'created_at'"));
    }
    if (seconds == null) {
      throw new ApiException(ApiError.missing(secondsParam));
    }
    if (!DIGITS.matcher(seconds).matches()) {
      throw new ApiException(ApiError.invalidType(secondsParam, "an integer", "'" + seconds + "'"));
    }
    long value = Long.parseLong(seconds);
    if (value < LEAST || value > USUAL_SECONDS) {
      throw new ApiException(ApiError.outOfRange(secondsParam, value, LEAST, USUAL_SECONDS));
    }
    return value;
  }
}
