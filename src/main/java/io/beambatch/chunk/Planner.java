package io.beambatch.chunk;

import io.beambatch.job.Limits;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns the parts of one attempt and window into its plan, and commits it. */
final class Planner {
  private static final Logger LOG = LoggerFactory.getLogger(Planner.class);

  private final PlanStore plans;
  private final RunFolder folder;
  private final Limits limits;

  Planner(PlanStore plans, RunFolder folder, Limits limits) {
    this.plans = plans;
    this.folder = folder;
    this.limits = limits;
  }

  /**
   * Commits the plan of these parts, or takes the one that was committed before and drops these
   * parts.
   *
   * @param documents how many were read, counted apart from the parts
   * @throws IllegalStateException if the parts don't hold as many
   */
  Plan plan(String name, int attempt, List<Part> parts, long documents) throws IOException {
    long inParts = parts.stream().mapToLong(Part::documents).sum();
    if (inParts != documents) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "plan %s: %,d documents were read, but its parts hold %,d; nothing was sent",
              name,
              documents,
              inParts));
    }
    Plan mine = cut(name, attempt, parts);
    Plan committed = plans.commit(mine);
    if (!committed.equals(mine)) {
      LOG.info("plan {} was committed before; going on with that one", name);
      drop(parts, committed);
    }
    return committed;
  }

  private Plan cut(String name, int attempt, List<Part> parts) {
    List<Chunk> chunks = new ArrayList<>();
    for (List<Part> packed : Packer.pack(parts, limits)) {
      String id = String.format(Locale.ROOT, "%s-c%05d", name, chunks.size());
      chunks.add(new Chunk(id, attempt, packed));
    }
    List<Part> unsent =
        parts.stream()
            .filter(part -> part.requests() == 0 && part.failures() > 0)
            .sorted(java.util.Comparator.comparing(Part::name))
            .toList();
    return new Plan(name, attempt, chunks, unsent);
  }

  private void drop(List<Part> parts, Plan committed) throws IOException {
    Set<String> kept = committed.parts().map(Part::name).collect(Collectors.toSet());
    List<String> files = new ArrayList<>();
    for (Part part : parts) {
      if (!kept.contains(part.name())) {
        files.add(folder.requests(part.name()));
        files.add(folder.documents(part.name()));
        files.add(folder.failures(part.name()));
      }
    }
    Storage.delete(files);
  }
}
