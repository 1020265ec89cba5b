package io.beambatch.run;

import io.beambatch.ledger.LedgerStore;
import io.beambatch.ledger.Ledgers;
import io.beambatch.ledger.Records;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the runs of a staging location with {@code limits.cost_usd_per_day} have spent and reserved
 * on a day. One record, changed by compare-and-set, has each run's own sum, so a sum that is too
 * high after a crash is corrected when the run writes its next one.
 */
final class DailySpending {
  /** No job and no run has such a name. */
  private static final String FOLDER = ".spending";

  private final Records<Day> records;
  private final String run;

  private DailySpending(Records<Day> records, String run) {
    this.records = records;
    this.run = run;
  }

  /** The sums, for updates by a run. */
  static DailySpending of(RunFolder folder) {
    String staging = folder.staging();
    return in(Ledgers.open(staging), folder.path().substring(staging.length() + 1));
  }

  /**
   * The sums in a store of a staging location's records.
   *
   * @param run which updates them: its job and name
   */
  static DailySpending in(LedgerStore store, String run) {
    return new DailySpending(new Records<>(store, FOLDER, Day.class), run);
  }

  /**
   * Records what the run has spent and reserved on a day, unless the total would exceed a limit.
   *
   * @param usd the run's own sum
   * @param most the maximum of all runs together; null for any amount
   * @return what the others have spent and reserved, if that leaves too little; otherwise empty
   */
  Optional<BigDecimal> record(LocalDate day, BigDecimal usd, @Nullable BigDecimal most)
      throws IOException {
    while (true) {
      Optional<Records.Version<Day>> known = records.read(day.toString());
      SortedMap<String, BigDecimal> runs = new TreeMap<>();
      known.ifPresent(version -> runs.putAll(version.value().runs()));
      BigDecimal before = runs.put(run, usd);
      BigDecimal others = sum(runs).subtract(usd);
      if (most != null && others.add(usd).compareTo(most) > 0) {
        return Optional.of(others);
      }
      if (before != null && usd.compareTo(before) == 0) {
        return Optional.empty();
      }
      Day stated = new Day(runs);
      if ((known.isPresent()
              ? records.replace(known.get(), stated)
              : records.create(day.toString(), stated))
          .isPresent()) {
        return Optional.empty();
      }
    }
  }

  private static BigDecimal sum(Map<String, BigDecimal> runs) {
    return runs.values().stream().reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  /**
   * The record of a day.
   *
   * @param runs the sum of each, by job and name: {@code sentiment/2026-01-31}
   */
  private record Day(SortedMap<String, BigDecimal> runs) {}
}
