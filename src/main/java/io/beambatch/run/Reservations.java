package io.beambatch.run;

import io.beambatch.ledger.BatchLedger;
import io.beambatch.ledger.Records;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The plans of a run that were let pass by its budget and are not in its ledger yet. They are
 * written down in one record by compare-and-set, so that two plans that are checked at the same
 * time, in threads or on machines, don't both take what is left of the money.
 */
final class Reservations {
  private static final String NAME = "reserved";

  private final Records<Reserved> records;
  private final BatchLedger ledger;

  private Reservations(Records<Reserved> records, BatchLedger ledger) {
    this.records = records;
    this.ledger = ledger;
  }

  /** The reservations of a run. */
  static Reservations of(RunFolder folder) {
    return new Reservations(
        Records.versioned(folder, "budget", Reserved.class), BatchLedger.of(folder));
  }

  /**
   * Lets a plan pass, if a check does with all that passed before.
   *
   * @param check gets the names of the other plans that were let pass; throws to refuse
   */
  void reserve(String plan, Check check) throws IOException {
    while (true) {
      Optional<Records.Version<Reserved>> known = records.read(NAME);
      SortedSet<String> plans = new TreeSet<>();
      known.ifPresent(version -> plans.addAll(version.value().plans()));
      plans.remove(plan);
      check.check(plans);
      // Those that have come into the ledger are counted by it.
      plans.removeIf(new InLedger(ledger.readAll().keySet())::contains);
      plans.add(plan);
      Reserved reserved = new Reserved(plans);
      if ((known.isPresent()
              ? records.replace(known.get(), reserved)
              : records.create(NAME, reserved))
          .isPresent()) {
        return;
      }
    }
  }

  /** Refuses by throwing. */
  @FunctionalInterface
  interface Check {
    void check(Set<String> reserved) throws IOException;
  }

  private record InLedger(Set<String> chunks) {
    boolean contains(String plan) {
      return chunks.stream().anyMatch(chunk -> chunk.startsWith(plan + "-c"));
    }
  }

  private record Reserved(SortedSet<String> plans) {}
}
