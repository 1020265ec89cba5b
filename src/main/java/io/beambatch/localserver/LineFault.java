package io.beambatch.localserver;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A fault of a line of a batch.
 *
 * @param first how many lines of each batch it hits, starting with its input's first; null for
 *     random ones
 * @param probability 0 to 1, for each line; ignored if {@code first} is set
 */
public record LineFault(Kind kind, @Nullable Integer first, double probability) {

  /** What happens. */
  public enum Kind {
    /** Refused with 400, in the error file, with a message that quotes the request. */
    ERROR_400,
    /** Refused with 429, in the error file. */
    ERROR_429,
    /** Refused with 500, in the error file. */
    ERROR_500,
    /** Refused because the account has no credit. */
    NO_QUOTA,
    /** Not answered: {@code request_timeout}, in the error file. */
    TIMEOUT,
    /** {@code status_code} 0 in the output file; counted as completed. */
    STATUS_ZERO,
    /** In neither file, but counted as completed. */
    MISSING,
    /** Answered once, and written twice. */
    DOUBLED,
    /** Answered, and followed by a line with a {@code custom_id} that nobody sent. */
    UNKNOWN,
    /** An incomplete line of the output file that isn't JSON; counted as completed. */
    GARBLED,
    /** Answered halfway: stopped by the content filter. */
    FILTERED,
    /** Answered halfway: stopped at the token limit. */
    CUT,
    /**
     * Answered in words where JSON is requested, as a model may do; a conversation with an earlier
     * answer of the model is answered correctly.
     */
    MISSHAPEN;

    /** Its name in JSON. */
    @JsonValue
    public String code() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public LineFault {
    Faults.require(kind != null, "a fault of lines needs a kind");
    Faults.requireHowOften(first, probability);
  }

  /** Hits the first lines of each batch. */
  public static LineFault first(int count, Kind kind) {
    return new LineFault(kind, count, 0);
  }

  /** Hits random lines. */
  public static LineFault chance(double probability, Kind kind) {
    return new LineFault(kind, null, probability);
  }
}
