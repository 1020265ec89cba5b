package io.beambatch.chunk;

import io.beambatch.ledger.Records;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The plans of a run, in its ledger. A plan is committed once and never changes: a later commit of
 * the same name returns the first plan.
 */
public final class PlanStore {
  private static final Pattern FIRST_ATTEMPT = Pattern.compile("a1(-.*)?");

  private final Records<Plan> plans;

  private PlanStore(Records<Plan> plans) {
    this.plans = plans;
  }

  /** The plans of a run. */
  public static PlanStore of(RunFolder folder) {
    return new PlanStore(records(folder));
  }

  /** The records of a run's plans, by name. */
  public static Records<Plan> records(RunFolder folder) {
    return Records.versioned(folder, "plan", Plan.class);
  }

  /** A committed plan, such as {@code a1}, or empty. */
  public Optional<Plan> read(String name) throws IOException {
    return plans.value(name);
  }

  /** A plan that is known to be committed. */
  Plan require(String name) throws IOException {
    return read(name).orElseThrow(() -> new IOException("plan " + name + " is missing"));
  }

  /** All committed plans, by name. */
  public List<Plan> all() throws IOException {
    return allBut(Set.of());
  }

  /** All committed plans, by name, except those with these names. */
  List<Plan> allBut(Set<String> known) throws IOException {
    return plans.readAllBut(known).values().stream().map(Records.Version::value).toList();
  }

  /** The names of the first attempt's plans. While there are none, the source must be read. */
  public List<String> namesOfFirstAttempt() throws IOException {
    return plans.names().stream().filter(FIRST_ATTEMPT.asMatchPredicate()).toList();
  }

  /** The first attempt's plans, by name. */
  List<Plan> allOfFirstAttempt() throws IOException {
    return all().stream().filter(plan -> plan.attempt() == 1).toList();
  }

  /** Commits a plan, unless one with its name exists; returns the one that is stored. */
  Plan commit(Plan plan) throws IOException {
    return plans.commit(plan.name(), plan);
  }
}
