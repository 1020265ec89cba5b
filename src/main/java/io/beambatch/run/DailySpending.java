package io.beambatch.run;

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
 * on a day: one record, changed by compare-and-set, in which each run states its own sum anew. So a
 * sum that a crash has left too high is put right by the run's next statement.
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

  /** As a run states it. */
  static DailySpending of(RunFolder folder) {
    String staging = folder.staging();
    return new DailySpending(
        new Records<>(Ledgers.open(staging), FOLDER, Day.class),
        folder.path().substring(staging.length() + 1));
  }

  /**
   * States what the run has spent and reserved on a day, unless that is more than a limit leaves.
   *
   * @param usd the run's own sum
   * @param most of all runs together; null for any amount
   * @return what the others have spent and reserved, if that leaves too little; else empty
   */
  Optional<BigDecimal> state(LocalDate day, BigDecimal usd, @Nullable BigDecimal most)
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
   * @param runs what each has spent and reserved, by job and name: {@code sentiment/2026-01-31}
   */
  private record Day(SortedMap<String, BigDecimal> runs) {}
}
