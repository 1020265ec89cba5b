package io.beambatch.localserver;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A fault of a call.
 *
 * @param call its name, such as {@code create_batch}, or {@code *} for every call
 * @param first how many calls of the name it hits, counted from when the fault was set; null for
 *     random ones
 * @param probability 0 to 1, for each call; ignored if {@code first} is set
 * @param retryAfterSeconds for {@link Kind#RATE_LIMIT}: the value of the header; 1 by default
 */
public record CallFault(
    String call,
    Kind kind,
    @Nullable Integer first,
    double probability,
    Integer retryAfterSeconds) {
  static final Set<String> CALLS =
      Set.of(
          "upload_file",
          "list_files",
          "retrieve_file",
          "download_file",
          "delete_file",
          "create_batch",
          "list_batches",
          "retrieve_batch",
          "cancel_batch",
          "delete_batch",
          "list_models");

  /** What happens. */
  public enum Kind {
    /** Nothing is done; the reply is 500. */
    ERROR_500,
    /** Nothing is done; the reply is 503. */
    ERROR_503,
    /** Nothing is done; the reply is 429 {@code rate_limit_exceeded}, with {@code retry-after}. */
    RATE_LIMIT,
    /** Nothing is done; the reply is 429 {@code insufficient_quota}. */
    NO_QUOTA,
    /** Nothing is done, and the connection closes without a reply. */
    DROP,
    /** The call is carried out, and the connection closes without a reply. */
    LOST_REPLY,
    /**
     * For {@code download_file} and {@code upload_file}: the connection closes after half of the
     * bytes.
     */
    TRUNCATE;

    /** Its name in JSON. */
    @JsonValue
    public String code() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public CallFault {
    retryAfterSeconds = retryAfterSeconds == null ? Integer.valueOf(1) : retryAfterSeconds;
    Faults.require(call != null && kind != null, "a fault of calls needs a call and a kind");
    Faults.require(
        call.equals("*") || CALLS.contains(call),
        "call must be * or one of %s, not '%s'".formatted(new TreeSet<>(CALLS), call));
    Faults.requireHowOften(first, probability);
    Faults.require(
        kind != Kind.TRUNCATE || call.equals("download_file") || call.equals("upload_file"),
        "truncate needs call download_file or upload_file, not '" + call + "'");
    Faults.require(
        retryAfterSeconds >= 0,
        "retry_after_seconds must not be negative, but is " + retryAfterSeconds);
  }

  /** Hits the first calls of a name. */
  public static CallFault first(int count, String call, Kind kind) {
    return usual(call, kind, count, 0);
  }

  /** Hits random calls of a name. */
  public static CallFault chance(double probability, String call, Kind kind) {
    return usual(call, kind, null, probability);
  }

  /** Hits the first calls or random ones, with the kind's defaults. */
  static CallFault usual(String call, Kind kind, @Nullable Integer first, double probability) {
    return new CallFault(call, kind, first, probability, 1);
  }
}
