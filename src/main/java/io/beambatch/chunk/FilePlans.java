package io.beambatch.chunk;

import io.beambatch.source.PlannedFiles;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds the plan of a watched source's file. Every call lists the ledger again, but reads only new
 * plans: a committed plan never changes.
 */
public final class FilePlans implements PlannedFiles {
  private static final long serialVersionUID = 1L;

  private final RunFolder folder;
  private transient @Nullable Known known;

  /** The plans of a run. */
  public FilePlans(RunFolder folder) {
    this.folder = folder;
  }

  @Override
  public Set<String> among(Collection<String> files) throws IOException {
    Set<String> planned = new HashSet<>(files);
    planned.retainAll(read().planByFile.keySet());
    return planned;
  }

  @Override
  public boolean any() throws IOException {
    return !PlanStore.of(folder).namesOfFirstAttempt().isEmpty();
  }

  /** The plans that contain any of these files, each once. */
  synchronized Collection<Plan> holding(Collection<String> files) throws IOException {
    Map<String, Plan> holding = new TreeMap<>();
    List<Plan> fresh = new ArrayList<>();
    Known now = read(fresh::add);
    Set<String> names = new HashSet<>();
    files.stream().map(now.planByFile::get).filter(Objects::nonNull).forEach(names::add);
    fresh.stream()
        .filter(plan -> names.contains(plan.name()))
        .forEach(plan -> holding.put(plan.name(), plan));
    for (String name : names) {
      if (!holding.containsKey(name)) {
        holding.put(name, PlanStore.of(folder).require(name));
      }
    }
    return holding.values();
  }

  /** The names of the plans that contain any of these files. */
  Set<String> plansOf(Collection<String> files) throws IOException {
    Set<String> plans = new HashSet<>();
    Map<String, String> planByFile = read().planByFile;
    for (String file : files) {
      if (planByFile.containsKey(file)) {
        plans.add(planByFile.get(file));
      }
    }
    return plans;
  }

  /** The number of committed plans of files. */
  int count() throws IOException {
    return read().count;
  }

  private synchronized Known read() throws IOException {
    return read(plan -> {});
  }

  /**
   * Reads new plans.
   *
   * @param fresh receives each plan that was not known before
   */
  private synchronized Known read(Consumer<Plan> fresh) throws IOException {
    Known now = known == null ? new Known() : known;
    for (Plan plan : PlanStore.of(folder).allBut(now.plans)) {
      plan.files().forEach(file -> now.planByFile.put(file, plan.name()));
      fresh.accept(plan);
      now.plans.add(plan.name());
      now.count += plan.files().isEmpty() ? 0 : 1;
    }
    known = now;
    return now;
  }

  private static final class Known {
    private final Set<String> plans = new HashSet<>();
    private final Map<String, String> planByFile = new HashMap<>();
    private int count;
  }
}
