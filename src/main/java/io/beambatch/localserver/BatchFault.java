package io.beambatch.localserver;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A fault of a batch as a whole.
 *
 * @param first how many batches it hits, counted from when the fault was set; null for random ones
 * @param probability 0 to 1, for each batch; ignored if {@code first} is set
 * @param at for {@link Kind#EXPIRE} and {@link Kind#STUCK}: the fraction of lines that is answered
 *     before; 0.5 by default
 * @param byMillis for {@link Kind#SLOW}: how much longer it takes; 5,000 by default
 * @param reads for {@link Kind#NULL_OUTPUT}: how many reads show no file; 2 by default
 */
public record BatchFault(
    Kind kind,
    @Nullable Integer first,
    double probability,
    Double at,
    Long byMillis,
    Integer reads) {

  private static final double USUAL_AT = 0.5;
  private static final long USUAL_MILLIS = 5_000;
  private static final int USUAL_READS = 2;

  /** What happens. */
  public enum Kind {
    /**
     * Its creation is refused: "Cannot find file". Creations are counted, or hit at random, per
     * file.
     */
    FILE_NOT_FOUND,
    /** It fails validation: "Cannot find file". */
    FILE_NOT_FOUND_LATER,
    /** It fails validation: its first line is wrong. */
    INVALID_LINE,
    /** It fails validation: the token limit is reached. */
    TOKEN_LIMIT,
    /** It expires early. */
    EXPIRE,
    /** It stops making progress, until it is cancelled or expires. */
    STUCK,
    /** It takes longer. */
    SLOW,
    /** When completed, it shows no {@code output_file_id} at first. */
    NULL_OUTPUT,
    /** Every line is counted as completed, whatever its result. */
    LYING_COUNTS;

    /** Its name in JSON. */
    @JsonValue
    public String code() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Replaces nulls, which JSON may contain, by defaults. */
  public BatchFault {
    at = at == null ? Double.valueOf(USUAL_AT) : at;
    byMillis = byMillis == null ? Long.valueOf(USUAL_MILLIS) : byMillis;
    reads = reads == null ? Integer.valueOf(USUAL_READS) : reads;
    Faults.require(kind != null, "a fault of batches needs a kind");
    Faults.requireHowOften(first, probability);
    Faults.requireShare("at", at);
    Faults.require(byMillis >= 0, "by_millis must not be negative, but is " + byMillis);
    Faults.require(reads >= 0, "reads must not be negative, but is " + reads);
  }

  /** Hits the first batches. */
  public static BatchFault first(int count, Kind kind) {
    return usual(kind, count, 0);
  }

  /** Hits random batches. */
  public static BatchFault chance(double probability, Kind kind) {
    return usual(kind, null, probability);
  }

  /** Hits the first batches or random ones, with the kind's defaults. */
  static BatchFault usual(Kind kind, @Nullable Integer first, double probability) {
    return new BatchFault(kind, first, probability, USUAL_AT, USUAL_MILLIS, USUAL_READS);
  }

  /** The same fault, after this fraction of the lines. */
  public BatchFault at(double share) {
    return new BatchFault(kind, first, probability, share, byMillis, reads);
  }

  /** The same fault, with this delay. */
  BatchFault byMillis(long more) {
    return new BatchFault(kind, first, probability, at, more, reads);
  }

  /** The same fault, for this many reads. */
  BatchFault reads(int count) {
    return new BatchFault(kind, first, probability, at, byMillis, count);
  }
}
