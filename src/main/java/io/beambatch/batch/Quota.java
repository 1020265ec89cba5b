package io.beambatch.batch;

import io.beambatch.chunk.Chunk;
import io.beambatch.job.Limits;
import io.beambatch.provider.Capabilities.QueueUnit;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Says which chunk may be submitted: while the job's limits allow, counting what other runs have
 * under way; and after the provider has refused one all the same, only as much as it is known to
 * take. Time is waited only for refusals that nothing of ours explains; else the end of our own
 * batches makes room.
 */
public final class Quota {
  private static final Duration FIRST_BACKOFF = Duration.ofSeconds(5);
  private static final Duration LONGEST_BACKOFF = Duration.ofMinutes(10);

  private final Limits limits;
  private final QueueUnit unit;

  /** What the provider is known to take, in its unit. */
  private long budget;

  private Duration refusalBackoff = FIRST_BACKOFF;
  private Duration callBackoff = FIRST_BACKOFF;
  private Instant refusedUntil = Instant.MIN;
  private Instant unavailableUntil = Instant.MIN;

  /**
   * @param unit what the provider's own limit counts
   */
  Quota(Limits limits, QueueUnit unit) {
    this.limits = limits;
    this.unit = unit;
    this.budget = allowed();
  }

  private long allowed() {
    return unit == QueueUnit.REQUESTS ? limits.enqueuedRequests() : limits.enqueuedTokens();
  }

  /** What the provider counts of it. */
  private long counted(InFlightUsage usage) {
    return unit == QueueUnit.REQUESTS ? usage.requests() : usage.tokens();
  }

  /** Whether only so much may be under way that what others have must be known. */
  boolean isLimited() {
    return limits.enqueuedTokens() < Long.MAX_VALUE || limits.enqueuedRequests() < Long.MAX_VALUE;
  }

  /** Whether a chunk keeps the limits if nothing else is under way. */
  boolean canEverAllow(InFlightUsage chunk) {
    return chunk.tokens() <= limits.enqueuedTokens()
        && chunk.requests() <= limits.enqueuedRequests();
  }

  /** Whether nothing may be submitted for the moment. */
  boolean isWaiting(Instant now) {
    return now.isBefore(refusedUntil) || now.isBefore(unavailableUntil);
  }

  /**
   * Whether a chunk may be submitted now. With nothing under way it may, whatever the budget has
   * come down to: somebody has to go first.
   */
  boolean allows(InFlightUsage chunk, InFlightUsage inFlight, Instant now) {
    if (isWaiting(now)) {
      return false;
    }
    InFlightUsage sum = inFlight.plus(chunk);
    return counted(sum) <= Math.max(budget, counted(inFlight) == 0 ? counted(chunk) : 0)
        && sum.tokens() <= limits.enqueuedTokens()
        && sum.requests() <= limits.enqueuedRequests();
  }

  /**
   * The provider's own limit was reached: no more than what is under way for now.
   *
   * @param ours what the coordinator's other chunks have under way. Where that is nothing, time has
   *     to pass
   * @param others what everybody else has
   */
  void refused(InFlightUsage ours, InFlightUsage others, Instant now) {
    budget = Math.min(budget, counted(ours.plus(others)));
    if (counted(ours) == 0) {
      refusedUntil = later(refusedUntil, now.plus(refusalBackoff));
      refusalBackoff = doubled(refusalBackoff);
    }
  }

  /**
   * The provider takes no creations for the moment.
   *
   * @param asked how long it asks to wait, or null
   */
  void unavailable(@Nullable Duration asked, Instant now) {
    unavailableUntil = later(unavailableUntil, now.plus(callBackoff));
    if (asked != null) {
      unavailableUntil = later(unavailableUntil, now.plus(asked));
    }
    callBackoff = doubled(callBackoff);
  }

  /** The provider has taken a creation. */
  void created() {
    callBackoff = FIRST_BACKOFF;
  }

  /**
   * A batch has ended well: what it held is free, and that much more may be tried at once. Not
   * more, or all that waits would be refused again each time.
   */
  void freed(InFlightUsage chunk) {
    budget = Math.min(allowed(), InFlightUsage.sum(budget, counted(chunk)));
    refusalBackoff = FIRST_BACKOFF;
    refusedUntil = Instant.MIN;
  }

  /**
   * Counts how often batches have to end before the next ones may be submitted, if nothing else is
   * under way and the batches of a round end together. A chunk that is over the limits by itself,
   * and so will be refused, counts as one.
   *
   * @return 0 if there are no chunks
   */
  public static int rounds(List<Chunk> chunks, Limits limits) {
    Quota quota = new Quota(limits, QueueUnit.TOKENS);
    List<InFlightUsage> waiting = chunks.stream().map(InFlightUsage::of).toList();
    int rounds = 0;
    while (!waiting.isEmpty()) {
      InFlightUsage inFlight = InFlightUsage.NONE;
      List<InFlightUsage> next = new ArrayList<>();
      for (InFlightUsage chunk : waiting) {
        if (quota.allows(chunk, inFlight, Instant.EPOCH)) {
          inFlight = inFlight.plus(chunk);
        } else {
          next.add(chunk);
        }
      }
      waiting = next.size() < waiting.size() ? next : waiting.subList(1, waiting.size());
      rounds++;
    }
    return rounds;
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  private static Duration doubled(Duration backoff) {
    Duration twice = backoff.multipliedBy(2);
    return twice.compareTo(LONGEST_BACKOFF) > 0 ? LONGEST_BACKOFF : twice;
  }
}
