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
 * Decides which chunk may be submitted. The job's limits apply first, with what other runs have in
 * flight counted in. If the provider refuses a chunk nevertheless, only as much may be in flight as
 * it is known to accept. Time is waited only after refusals that our own batches don't explain;
 * otherwise the end of our batches makes room.
 */
public final class Quota {
  private static final Duration FIRST_BACKOFF = Duration.ofSeconds(5);
  private static final Duration LONGEST_BACKOFF = Duration.ofMinutes(10);

  private final Limits limits;
  private final QueueUnit unit;

  /** What the provider is known to accept, in its own unit. */
  private long budget = Long.MAX_VALUE;

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
  }

  /** A usage in the provider's unit. */
  private long counted(InFlightUsage usage) {
    return unit == QueueUnit.REQUESTS ? usage.requests() : usage.tokens();
  }

  /** Returns whether a limit is set, so that the usage of others must be known. */
  boolean isLimited() {
    return limits.enqueuedTokens() < Long.MAX_VALUE || limits.enqueuedRequests() < Long.MAX_VALUE;
  }

  /** Returns whether a chunk keeps the limits if nothing else is in flight. */
  boolean canEverAllow(InFlightUsage chunk) {
    return chunk.tokens() <= limits.enqueuedTokens()
        && chunk.requests() <= limits.enqueuedRequests();
  }

  /** Returns whether nothing may be submitted for the moment. */
  boolean isWaiting(Instant now) {
    return now.isBefore(refusedUntil) || now.isBefore(unavailableUntil);
  }

  /**
   * Returns whether a chunk may be submitted now. If nothing is in flight it may, whatever the
   * budget has fallen to: otherwise no chunk would ever be first.
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
   * Records that the provider's own limit was reached: for now, no more than what is in flight.
   *
   * @param ours what the coordinator's other chunks have in flight. If that is nothing, only time
   *     can help
   * @param others what everybody else has in flight
   */
  void refused(InFlightUsage ours, InFlightUsage others, Instant now) {
    budget = Math.min(budget, counted(ours.plus(others)));
    if (counted(ours) == 0) {
      refusedUntil = later(refusedUntil, now.plus(refusalBackoff));
      refusalBackoff = doubled(refusalBackoff);
    }
  }

  /**
   * Records that the provider accepts no creations for the moment.
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

  /** Records that the provider has accepted a creation. */
  void created() {
    callBackoff = FIRST_BACKOFF;
  }

  /**
   * Records that a batch has completed: as much as it held may be tried at once. No more than that,
   * or every waiting chunk would be refused again each time.
   */
  void freed(InFlightUsage chunk) {
    budget = InFlightUsage.sum(budget, counted(chunk));
    refusalBackoff = FIRST_BACKOFF;
    refusedUntil = Instant.MIN;
  }

  /**
   * Counts how many times batches have to end before the next ones may be submitted, if nothing
   * else is in flight and the batches of a round end together. A chunk that exceeds the limits by
   * itself, and so will be refused, counts as one round.
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
