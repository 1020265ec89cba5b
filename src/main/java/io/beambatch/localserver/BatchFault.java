package io.beambatch.localserver;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Something that goes wrong with a batch as a whole.
 *
 * @param first hits that many batches, counted from when the fault was set; null for by chance
 * @param probability 0 to 1, of each batch; ignored if {@code first} is set
 * @param at of {@link Kind#EXPIRE} and {@link Kind#STUCK}: the share of lines that is answered
 *     before; 0.5 if nothing is said
 * @param byMillis of {@link Kind#SLOW}: how much longer it takes; 5,000 if nothing is said
 * @param reads of {@link Kind#NULL_OUTPUT}: how many readings show none; 2 if nothing is said
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
     * Its creation is refused: "Cannot find file". What is counted, or hit by chance, are the
     * creations for each file.
     */
    FILE_NOT_FOUND,
    /** It fails its validation: "Cannot find file". */
    FILE_NOT_FOUND_LATER,
    /** It fails its validation: its first line is wrong. */
    INVALID_LINE,
    /** It fails its validation: the token limit is reached. */
    TOKEN_LIMIT,
    /** It expires early. */
    EXPIRE,
    /** It stops moving, until it is cancelled or expires. */
    STUCK,
    /** It takes longer. */
    SLOW,
    /** Completed, it shows no {@code output_file_id} at first. */
    NULL_OUTPUT,
    /** Every line is counted as completed, whatever became of it. */
    LYING_COUNTS;

    /** The word for it in JSON. */
    @JsonValue
    public String code() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What JSON leaves out, and so is null here, is as usual. */
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

  /** Hits batches by chance. */
  public static BatchFault chance(double probability, Kind kind) {
    return usual(kind, null, probability);
  }

  /** Hits the first batches, or batches by chance, as is usual for the kind. */
  static BatchFault usual(Kind kind, @Nullable Integer first, double probability) {
    return new BatchFault(kind, first, probability, USUAL_AT, USUAL_MILLIS, USUAL_READS);
  }

  /** The same, after this share of the lines. */
  public BatchFault at(double share) {
    return new BatchFault(kind, first, probability, share, byMillis, reads);
  }

  /** The same, slower by this. */
  BatchFault byMillis(long more) {
    return new BatchFault(kind, first, probability, at, more, reads);
  }

  /** The same, in this many readings. */
  BatchFault reads(int count) {
    return new BatchFault(kind, first, probability, at, byMillis, count);
  }
}
