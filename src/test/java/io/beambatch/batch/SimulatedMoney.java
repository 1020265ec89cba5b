package io.beambatch.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.chunk.Chunk;
import io.beambatch.job.Job;
import io.beambatch.ledger.LedgerStore;
import io.beambatch.ledger.LedgerStore.Versioned;
import io.beambatch.provider.BatchStatus;
import io.beambatch.run.SimulatedBudget;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a simulated run may cost, and what the provider bills. A token of a prompt costs a dollar,
 * and each request takes the same share of its estimate.
 */
final class SimulatedMoney {
  /** Around midnight, two clocks have two days. */
  private static final Duration MIDNIGHT = Duration.ofMinutes(15);

  private final SimulatedWorld world;
  private final Function<List<String>, Job> jobs;
  private final SplittableRandom own;
  private final double share;
  private final boolean limited;
  private final boolean failsRest;
  private final long total;
  private final Map<String, Versioned> staging = new HashMap<>();
  private final Map<LocalDate, BigDecimal> spentByOthers = new HashMap<>();
  private @Nullable BigDecimal most;
  private @Nullable BigDecimal mostOfDay;

  /** How often somebody reads that the rest was not sent before the limits are raised. */
  private int stops;

  private SimulatedBudget budget;

  /**
   * @param jobs the job with overrides
   * @param own chance of its own, so that it changes nothing else about a seed's world
   */
  SimulatedMoney(SimulatedWorld world, Function<List<String>, Job> jobs, SplittableRandom own) {
    this.world = world;
    this.jobs = jobs;
    this.own = own;
    limited = own.nextInt(3) == 0;
    failsRest = own.nextInt(3) == 0;
    share = own.nextBoolean() ? 1 : own.nextDouble(0.2, 1);
    total = world.chunks.stream().mapToLong(Chunk::tokens).sum();
    if (own.nextInt(4) != 0) {
      most = BigDecimal.valueOf((long) (total * own.nextDouble(0.2, 1.2)) + 1);
    }
    if (most == null || own.nextInt(3) == 0) {
      mostOfDay = BigDecimal.valueOf((long) (total * own.nextDouble(0.2, 1)) + 1);
    }
    stops = own.nextInt(1, 4);
    budget = budget();
  }

  private SimulatedBudget budget() {
    List<String> overrides = new ArrayList<>();
    overrides.add("prices={m: {input: 2000000, output: 0}}");
    overrides.add("limits.on_budget=" + (failsRest ? "fail" : "stop"));
    if (most != null) {
      overrides.add("limits.cost_usd=" + most);
    }
    if (mostOfDay != null) {
      overrides.add("limits.cost_usd_per_day=" + mostOfDay);
    }
    return new SimulatedBudget(jobs.apply(overrides), world.chunks);
  }

  /** Whether what a launch leaves may be what the limits don't allow. */
  boolean mayHoldBack() {
    return limited && !failsRest;
  }

  /** What decides for one launch. */
  Admission admission(Trouble trouble, Clock clock) {
    return limited
        ? budget.admission(
            new TroubledStore(world.ledger, trouble), new TroubledStore(staging, trouble), clock)
        : Admission.OPEN;
  }

  /** Another run of the same staging location spends now and then, as far as it may. */
  void letOthersSpend() {
    for (int i = 0; limited && mostOfDay != null && i < 6; i++) {
      world.time.begin(Duration.ofMinutes(own.nextInt(60 * 60)), this::spendElsewhere);
    }
  }

  private void spendElsewhere() {
    LocalDate day = day(world.time.instant());
    BigDecimal before = spentByOthers.getOrDefault(day, BigDecimal.ZERO);
    BigDecimal more = before.add(BigDecimal.valueOf(own.nextLong(1, total)));
    try {
      if (SimulatedBudget.spend(new TroubledStore(staging, null), day, more, mostOfDay)) {
        spentByOthers.put(day, more);
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Joins what an ended batch shows, as one launch. */
  void join(AwaitedChunk ended, Trouble trouble) throws IOException {
    if (!limited) {
      return;
    }
    Instant now = world.time.instant();
    LedgerStore store = new TroubledStore(world.ledger, trouble);
    SimulatedBatch batch = ended.batchId() == null ? null : world.server.batch(ended.batchId());
    if (batch == null || ended.outputFileId() == null || batch.isGone(now)) {
      SimulatedBudget.join(store, ended, 0, 0);
      return;
    }
    double answered = (double) batch.charged(now) / batch.fate.requests();
    SimulatedBudget.join(
        store,
        ended,
        (int) (ended.chunk().requests() * answered),
        (long) Math.ceil(ended.chunk().tokens() * share * answered));
  }

  /** Somebody reads that the rest was not sent, and in the end gives more. */
  void tellStopped() {
    stops--;
    if (stops <= 0) {
      most = most == null ? null : BigDecimal.valueOf(total * 2);
      mostOfDay = mostOfDay == null ? null : BigDecimal.valueOf(total * 20);
      budget = budget();
    }
  }

  /** Checks, when a batch is about to be created, that it was reserved and is allowed. */
  void check(SimulatedBatch created) {
    Optional<Chunk> chunk = chunk(created);
    if (!limited || world.beyond || chunk.isEmpty()) {
      return;
    }
    double bill = full(chunk.get());
    double ofDay = isNearMidnight(created) ? 0 : bill;
    for (SimulatedBatch batch : world.server.all()) {
      double cost = chunk(batch).map(known -> cost(batch, known)).orElse(0.0);
      bill += cost;
      ofDay += isNearMidnight(batch) || !day(batch.created).equals(day(created.created)) ? 0 : cost;
    }
    // Tokens are whole numbers.
    double slack = world.chunks.size();
    try {
      BigDecimal spent = budget.spent(new TroubledStore(world.ledger, null));
      assertThat(spent.doubleValue() + slack)
          .as("spent and reserved, where the provider bills up to $%s", bill)
          .isGreaterThanOrEqualTo(bill);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    if (most != null) {
      assertThat(bill).as("billed").isLessThanOrEqualTo(most.doubleValue() + slack);
    }
    if (mostOfDay != null) {
      BigDecimal others = spentByOthers.getOrDefault(day(created.created), BigDecimal.ZERO);
      assertThat(ofDay + others.doubleValue())
          .as("billed on a day")
          .isLessThanOrEqualTo(mostOfDay.doubleValue() + slack);
    }
  }

  private Optional<Chunk> chunk(SimulatedBatch batch) {
    return world.chunks.stream()
        .filter(chunk -> world.run.key(chunk.id()).equals(batch.key()))
        .findFirst();
  }

  /** What a batch costs at most, from what can be known now. */
  private double cost(SimulatedBatch batch, Chunk chunk) {
    Instant now = world.time.instant();
    if (batch.status(batch.validated()) == BatchStatus.FAILED) {
      return 0;
    }
    if (batch.isLost(now)) {
      // One that vanished before anybody saw it is known to nobody.
      return batch.id.equals(world.entry(chunk).batchId()) ? full(chunk) : 0;
    }
    return batch.status(now).ended()
        ? full(chunk) * batch.charged(now) / batch.fate.requests()
        : full(chunk);
  }

  private double full(Chunk chunk) {
    return chunk.tokens() * share;
  }

  private static LocalDate day(Instant time) {
    return LocalDate.ofInstant(time, ZoneOffset.UTC);
  }

  private static boolean isNearMidnight(SimulatedBatch batch) {
    Instant before = batch.created.minus(MIDNIGHT);
    return !day(before).equals(day(batch.created.plus(MIDNIGHT)));
  }
}
