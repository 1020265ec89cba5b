package io.beambatch.localserver;

import java.util.List;
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
    this.set = new Counted(faults);
  }

  /** The faults, and the counts and decisions since they were set. */
  private static final class Counted {
    private final Faults faults;
    private final Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();
    private final Map<String, Boolean> decided = new ConcurrentHashMap<>();

    Counted(Faults faults) {
      this.faults = faults;
    }

    /** The next number of a count, from 0. */
    int next(String name) {
      return counts.computeIfAbsent(name, unused -> new AtomicInteger()).getAndIncrement();
    }
  }

  Faults faults() {
    return set.faults;
  }

  /** Sets new faults, and resets all counts. */
  void set(Faults faults) {
    set = new Counted(faults);
  }

  /** The fault of the next call of this name, or null. */
  @Nullable CallFault call(String name) {
    Counted now = set;
    for (int i = 0; i < now.faults.calls().size(); i++) {
      CallFault fault = now.faults.calls().get(i);
      if (fault.call().equals(name) || fault.call().equals("*")) {
        int number = now.next("call " + i);
        if (hits(fault.first(), fault.probability(), name.hashCode() + 31L * i, number)) {
          return fault;
        }
      }
    }
    return null;
  }

  /** Returns whether an existing file is reported as missing for this creation. */
  boolean hidesFile(String fileId) {
    Counted now = set;
    for (int i = 0; i < now.faults.batches().size(); i++) {
      BatchFault fault = now.faults.batches().get(i);
      if (fault.kind() == BatchFault.Kind.FILE_NOT_FOUND) {
        // File ids are random: faults that are counted per file draw for all of them.
        int number = fault.first() == null ? now.next("file " + i) : now.next(i + " " + fileId);
        if (hits(fault.first(), fault.probability(), batchRoll(i), number)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Returns whether a completed batch shows no output file this time. */
  boolean hidesOutput(BatchState batch) {
    BatchFault fault = batch(BatchFault.Kind.NULL_OUTPUT, batch);
    return fault != null && set.next("output " + batch.id()) < fault.reads();
  }

  /** The fault of this kind that hits a batch, always the same; null if none does. */
  @Nullable BatchFault batch(BatchFault.Kind kind, BatchState batch) {
    Counted now = set;
    for (int i = 0; i < now.faults.batches().size(); i++) {
      BatchFault fault = now.faults.batches().get(i);
      if (fault.kind() == kind && hits(i, fault, batch, now)) {
        return fault;
      }
    }
    return null;
  }

  /**
   * Decides what hits a newly created batch, so that "first" refers to the order of creation, and
   * not to the speed of batches.
   */
  void decide(BatchState batch) {
    for (BatchFault.Kind kind : BatchFault.Kind.values()) {
      if (kind != BatchFault.Kind.FILE_NOT_FOUND) {
        batch(kind, batch);
      }
    }
  }

  private boolean hits(int index, BatchFault fault, BatchState batch, Counted now) {
    Integer first = fault.first();
    if (first == null) {
      return hits(null, fault.probability(), batchRoll(index), batch.ordinal());
    }
    return now.decided.computeIfAbsent(
        index + " " + batch.id(), unused -> now.next("batch " + index) < first);
  }

  /** The faults of a batch whose answering begins. */
  BatchFate fate(BatchState batch) {
    BatchFault expire = batch(BatchFault.Kind.EXPIRE, batch);
    BatchFault stuck = batch(BatchFault.Kind.STUCK, batch);
    BatchFault slow = batch(BatchFault.Kind.SLOW, batch);
    return new BatchFate(
        expire == null ? BatchFate.NEVER : expire.at(),
        stuck == null ? BatchFate.NEVER : stuck.at(),
        slow == null ? 0 : slow.byMillis());
  }

  /** The fault of a line of a batch, or null. */
  LineFault.@Nullable Kind line(BatchState batch, int line) {
    List<LineFault> faults = set.faults.lines();
    for (int i = 0; i < faults.size(); i++) {
      LineFault fault = faults.get(i);
      long kind = Ids.mix(batch.ordinal()) + i;
      if (hits(fault.first(), fault.probability(), kind, line)) {
        return fault.kind();
      }
    }
    return null;
  }

  private boolean hits(@Nullable Integer first, double probability, long kind, long number) {
    return first == null ? roll(kind, number) < probability : number < first;
  }

  private static long batchRoll(int index) {
    return "batch".hashCode() + 31L * index;
  }

  /** A number from 0 to 1, evenly distributed, and the same for the same arguments. */
  private double roll(long kind, long number) {
    long bits = Ids.mix(Ids.mix(seed ^ Ids.mix(kind)) + number);
    return (bits >>> 11) * 0x1.0p-53;
  }
}
