package io.beambatch.localserver;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Something that goes wrong with a line of a batch.
 *
 * @param first hits that many lines of each batch, from its input's first; null for by chance
 * @param probability 0 to 1, of each line; ignored if {@code first} is set
 */
public record LineFault(Kind kind, @Nullable Integer first, double probability) {

  /** What happens. */
  public enum Kind {
    /** Refused with 400, in the error file, with words that quote the request. */
    ERROR_400,
    /** Refused with 429, in the error file. */
    ERROR_429,
    /** Refused with 500, in the error file. */
    ERROR_500,
    /** Refused because the account has no money left. */
    NO_QUOTA,
    /** Not answered: {@code request_timeout}, in the error file. */
    TIMEOUT,
    /** {@code status_code} 0 in the output file, and counted as completed. */
    STATUS_ZERO,
    /** In neither file, though counted as completed. */
    MISSING,
    /** Answered once, written twice. */
    DOUBLED,
    /** Answered, and followed by a line with a {@code custom_id} that nobody sent. */
    UNKNOWN,
    /** A line of the output file that breaks off, and isn't JSON; counted as completed. */
    GARBLED,
    /** Answered halfway: the content filter steps in. */
    FILTERED,
    /** Answered halfway: the token limit is reached. */
    CUT;

    /** The word for it in JSON. */
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

  /** Hits lines by chance. */
  public static LineFault chance(double probability, Kind kind) {
    return new LineFault(kind, null, probability);
  }
}
