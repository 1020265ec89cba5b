package io.beambatch.run;

import io.beambatch.chunk.Chunk;
import io.beambatch.cost.Money;
import io.beambatch.job.Job;
import io.beambatch.job.Limits;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a run may still spend at one point in time: it admits chunks while the limits on cost leave
 * enough for them. An admitted chunk is first reserved in the run's record, then in that of the
 * day. In this order, the reserved sum is never too low, even if a process crashes in between.
 */
final class RemainingBudget {
  private final Job job;
  private final Accounts accounts;
  private final Clock clock;
  private final Reservations reservations;
  private RunSnapshot run;
  private Reservations.Held held;
  private Spending spending;

  private RemainingBudget(Job job, Accounts accounts, Clock clock) throws IOException {
    this.job = job;
    this.accounts = accounts;
    this.clock = clock;
    this.reservations = accounts.reservations();
    // Reservations are read first: a chunk that is removed from them is in the ledger by then.
    this.held = reservations.read();
    this.run = accounts.run();
    this.spending = new Spending(run, held::contains);
  }

  /** The state of a run now. */
  static RemainingBudget open(Job job, Accounts accounts, Clock clock) throws IOException {
    return new RemainingBudget(job, accounts, clock);
  }

  /**
   * Reserves the expected cost of chunks, all or nothing.
   *
   * @param subject of the sentence with the reason, such as {@code a run would}
   * @return why they must not be sent; empty if they may be
   */
  Optional<String> reserve(List<Chunk> chunks, String subject) throws IOException {
    BigDecimal cost = cost(chunks);
    while (!chunks.stream().allMatch(held::contains)) {
      BigDecimal before = spending.usd();
      BigDecimal most = job.inference().limits().costUsd();
      if (most != null && before.add(cost).compareTo(most) > 0) {
        return Optional.of(
            excess(subject, cost, beside(before, "that the run has"), "cost_usd", most));
      }
      Optional<Reservations.Held> added = reservations.add(held, chunks, run);
      if (added.isPresent()) {
        held = added.get();
        spending = new Spending(run, held::contains);
      } else {
        readAgain();
      }
    }
    Optional<String> excess = reserveToday(chunks, subject);
    if (excess.isPresent()) {
      putBack(chunks);
    }
    return excess;
  }

  private BigDecimal cost(List<Chunk> chunks) {
    return chunks.stream().map(spending::expected).reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  /**
   * Reserves the expected cost of chunks for today: they are reserved for the run, and have no
   * batch.
   *
   * @param subject of the sentence with the reason
   * @return why they must not be sent today; empty if they may be
   */
  Optional<String> reserveToday(List<Chunk> chunks, String subject) throws IOException {
    BigDecimal most = job.inference().limits().costUsdPerDay();
    if (most == null) {
      return Optional.empty();
    }
    LocalDate today = today();
    BigDecimal own = spending.usdOn(today, today);
    Optional<BigDecimal> others = accounts.days().record(today, own, most);
    if (others.isEmpty()) {
      return Optional.empty();
    }
    BigDecimal cost = cost(chunks);
    BigDecimal before = others.get().add(own).subtract(cost).max(BigDecimal.ZERO);
    String whose = "that runs of this staging location have, on " + today + " (UTC),";
    return Optional.of(excess(subject, cost, beside(before, whose), "cost_usd_per_day", most));
  }

  private void putBack(List<Chunk> chunks) throws IOException {
    Optional<Reservations.Held> left = reservations.remove(held, chunks);
    while (left.isEmpty()) {
      left = reservations.remove(reservations.read(), chunks);
    }
    held = left.get();
    spending = new Spending(run, held::contains);
  }

  private void readAgain() throws IOException {
    held = reservations.read();
    run = accounts.run();
    spending = new Spending(run, held::contains);
  }

  private LocalDate today() {
    return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
  }

  /** Returns whether reserved amounts may fall when results are joined. */
  boolean mayFall() {
    return spending.mayFall();
  }

  /** Records what the run has spent on each day, so that other runs count no more than that. */
  void record() throws IOException {
    LocalDate today = today();
    DailySpending daily = accounts.days();
    for (LocalDate day : spending.days(today)) {
      daily.record(day, spending.usdOn(day, today), null);
    }
  }

  private static String beside(BigDecimal before, String whose) {
    return before.signum() == 0
        ? ""
        : " beside " + Money.exact(before) + " " + whose + " spent or may still spend";
  }

  /** A sentence, without its end, about a cost that exceeds a limit of the job file. */
  static String excess(
      String subject, BigDecimal cost, String beside, String limit, BigDecimal most) {
    return subject
        + " cost up to "
        + Money.exact(cost)
        + beside
        + ", more than limits."
        + limit
        + " allows ("
        + Money.exact(most)
        + ")";
  }

  /** The limit that a cost exceeds, with its name; empty if it exceeds none. */
  static Optional<String> excess(Limits limits, BigDecimal cost, String subject) {
    @Nullable BigDecimal run = limits.costUsd();
    @Nullable BigDecimal day = limits.costUsdPerDay();
    if (run != null && cost.compareTo(run) > 0) {
      return Optional.of(excess(subject, cost, "", "cost_usd", run));
    }
    return day != null && cost.compareTo(day) > 0
        ? Optional.of(excess(subject, cost, "", "cost_usd_per_day", day))
        : Optional.empty();
  }
}
