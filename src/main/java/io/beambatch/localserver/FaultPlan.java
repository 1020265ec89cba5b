package io.beambatch.localserver;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Decides, while the server runs, what the faults hit. */
final class FaultPlan {
  private final long seed;
  private volatile Counted set;

  FaultPlan(long seed, Faults faults) {
    this.seed = seed;
    this.set = new Counted(faults, new ConcurrentHashMap<>());
  }

  /** The faults, and how often each was looked at since they were set. */
  private record Counted(Faults faults, Map<String, AtomicInteger> counts) {
    /** The next number of a count, from 0. */
    int next(String name) {
      return counts.computeIfAbsent(name, unused -> new AtomicInteger()).getAndIncrement();
    }
  }

  Faults faults() {
    return set.faults();
  }

  /** Sets new faults; all counts begin anew. */
  void set(Faults faults) {
    set = new Counted(faults, new ConcurrentHashMap<>());
  }

  /** What happens to the next call of this name, or null. */
  @Nullable CallFault call(String name) {
    Counted now = set;
    for (int i = 0; i < now.faults().calls().size(); i++) {
      CallFault fault = now.faults().calls().get(i);
      if (fault.call().equals(name) || fault.call().equals("*")) {
        int number = now.next("call " + i);
        boolean hit =
            fault.first() == null
                ? roll(name.hashCode() + 31L * i, number) < fault.probability()
                : number < fault.first();
        if (hit) {
          return fault;
        }
      }
    }
    return null;
  }

  /** Whether a file that is there is said not to be. */
  boolean hidesFile(String fileId) {
    return first("file " + fileId, set.faults().batches().fileNotFoundFirst());
  }

  /** Whether a completed batch shows no output file this time. */
  boolean hidesOutput(String batchId) {
    return first("output " + batchId, set.faults().batches().nullOutputReads());
  }

  /** Whether the next batch is refused for its tokens. */
  boolean refusesTokens() {
    return first("tokens", set.faults().batches().tokenLimitFirst());
  }

  boolean liesAboutCounts() {
    return set.faults().batches().lyingCounts();
  }

  /** What happens to the next batch that begins to be answered. */
  BatchFate fate() {
    BatchFaults faults = set.faults().batches();
    return new BatchFate(
        first("expire", faults.expireFirst()) ? faults.expireAt() : BatchFate.NEVER,
        first("stuck", faults.stuckFirst()) ? faults.stuckAt() : BatchFate.NEVER,
        first("slow", faults.slowFirst()) ? faults.slowByMillis() : 0);
  }

  /** What happens to a line of a batch. */
  LineFaults.Kind line(BatchState batch, int line) {
    LineFaults faults = set.faults().lines();
    return faults.equals(LineFaults.NONE)
        ? LineFaults.Kind.NONE
        : faults.of(roll(batch.ordinal(), line));
  }

  private boolean first(String name, int count) {
    return count > 0 && set.next(name) < count;
  }

  /** From 0 to 1, evenly spread, the same for the same numbers. */
  private double roll(long kind, long number) {
    long bits = Ids.mix(Ids.mix(seed ^ Ids.mix(kind)) + number);
    return (bits >>> 11) * 0x1.0p-53;
  }
}
