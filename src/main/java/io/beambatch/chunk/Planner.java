package io.beambatch.chunk;

import io.beambatch.job.Limits;
import io.beambatch.schema.Shape;
import io.beambatch.schema.ShapeCollector;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the plan of an attempt and window of its parts, and commits it. Plain Java: {@link
 * PlanChunks} and {@link PlanRetries} are the steps around it.
 */
final class Planner {
  private static final Logger LOG = LoggerFactory.getLogger(Planner.class);

  private final PlanStore store;
  private final RunFolder folder;
  private final Limits limits;
  private final LineSelector selector;
  private final boolean judged;

  /** Plans of which every line is sent. */
  Planner(RunFolder folder, Limits limits) {
    this(folder, limits, LineSelector.ALL, false);
  }

  /**
   * @param judged whether the lines that the selector sends first are a canary, and not only there
   *     to warm the provider's cache
   */
  Planner(RunFolder folder, Limits limits, LineSelector selector, boolean judged) {
    this.judged = judged;
    this.store = PlanStore.of(folder);
    this.folder = folder;
    this.limits = limits;
    this.selector = selector;
  }

  /**
   * Commits the plan of these parts, or takes the one that was committed before and drops these
   * parts.
   *
   * @param documents how many were read, counted apart from the parts
   * @param shape of the documents
   * @throws IllegalStateException if the parts don't hold as many
   */
  Plan plan(PlanName name, List<Part> parts, long documents, Shape shape) throws IOException {
    Optional<Plan> legacy = legacyPlan(name, parts);
    return legacy.isPresent()
        ? legacy.get()
        : commit(cut(name, parts, documents, List.of(), shape));
  }

  /** The plan of exactly these parts that an earlier version has committed under its own name. */
  private Optional<Plan> legacyPlan(PlanName name, List<Part> parts) throws IOException {
    return name.legacyText() == null
        ? Optional.empty()
        : store
            .read(name.legacyText())
            .filter(plan -> names(plan.parts()).equals(names(parts.stream())));
  }

  private static Set<String> names(Stream<Part> parts) {
    return parts.map(Part::name).collect(Collectors.toSet());
  }

  /**
   * Commits the plan of files that were found together, under the next number. A file goes into one
   * plan only, whatever window it is found in: a launch that takes a number knows all plans before
   * it.
   *
   * @param plans of the same run
   * @param files at least one; those whose documents the parts hold
   * @param shape of the documents
   * @throws IllegalStateException if some of the files, but not all, are in a plan already
   */
  Plan planFiles(FilePlans plans, List<Part> parts, long documents, List<String> files, Shape shape)
      throws IOException {
    while (true) {
      int number = plans.count();
      Set<String> planned = plans.among(files);
      if (!planned.isEmpty()) {
        return planOfAll(files, planned, plans, parts);
      }
      String name = String.format(Locale.ROOT, "a1-p%05d", number);
      Plan mine = cut(PlanName.of(1, name), parts, documents, files, shape);
      if (store.commit(mine).equals(mine)) {
        return mine;
      }
      LOG.info("plan {} was committed by another launch meanwhile", name);
    }
  }

  private Plan planOfAll(List<String> files, Set<String> planned, FilePlans plans, List<Part> parts)
      throws IOException {
    Set<String> holders = plans.plansOf(files);
    if (holders.size() > 1 || planned.size() < files.size()) {
      throw new IllegalStateException(
          "of "
              + files.size()
              + " files that were found together "
              + planned.size()
              + " are in plans already ("
              + String.join(", ", holders)
              + "); is the run being launched elsewhere, too? Nothing is sent twice and nothing is"
              + " lost: stop all launches of the run, then run the same command again");
    }
    String name = holders.iterator().next();
    Plan committed = store.require(name);
    LOG.info("the files of a window are in plan {} already; using that one", name);
    drop(parts, committed);
    return committed;
  }

  private Plan commit(Plan mine) throws IOException {
    Plan committed = store.commit(mine);
    if (!committed.equals(mine)) {
      LOG.info("plan {} was committed before; using that one", mine.name());
      drop(mine.parts().toList(), committed);
      Storage.delete(
          mine.reused().stream()
              .flatMap(lines -> Stream.ofNullable(lines.answers()))
              .distinct()
              .map(folder::answers)
              .toList());
    }
    return committed;
  }

  private static void checkCount(String name, List<Part> parts, long documents) {
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
  }

  private Plan cut(PlanName name, List<Part> parts, long documents, List<String> files, Shape shape)
      throws IOException {
    checkCount(name.text(), parts, documents);
    if (shape.size() > Shape.MOST_IN_ALL) {
      throw ShapeCollector.tooMany();
    }
    LineSelector.Selected selected = selector.select(name.text(), parts);
    List<Chunk> chunks = new ArrayList<>();
    for (List<Part> packed : Packer.pack(selected.first(), limits)) {
      chunks.add(new Chunk(chunkId(name, chunks.size()), name.attempt(), packed, null, judged));
    }
    String after = chunks.isEmpty() ? null : chunks.get(chunks.size() - 1).id();
    for (List<Part> packed : Packer.pack(selected.parts(), limits)) {
      chunks.add(new Chunk(chunkId(name, chunks.size()), name.attempt(), packed, after));
    }
    List<Part> unsent =
        parts.stream()
            .filter(part -> part.requests() == 0 && part.failures() > 0)
            .sorted(Comparator.comparing(Part::name))
            .toList();
    return new Plan(
        name.text(),
        name.attempt(),
        chunks,
        unsent,
        files,
        shape,
        selected.reused(),
        selected.taken());
  }

  private static String chunkId(PlanName plan, int number) {
    return String.format(Locale.ROOT, "%s-c%05d", plan.text(), number);
  }

  private static Set<String> lines(List<Part> parts) {
    return parts.stream()
        .flatMap(part -> Stream.ofNullable(part.lines()))
        .map(Part.Lines::file)
        .collect(Collectors.toSet());
  }

  /**
   * Deletes parts that no plan holds, because the source is planned already. A repeated bundle
   * comes here with the very parts that it has committed before: these stay.
   */
  void drop(List<Part> parts) throws IOException {
    if (parts.isEmpty()) {
      return;
    }
    delete(parts, store.all());
  }

  private void drop(List<Part> parts, Plan committed) throws IOException {
    delete(parts, List.of(committed));
  }

  private void delete(List<Part> parts, List<Plan> holders) throws IOException {
    Set<String> kept = new HashSet<>();
    Set<String> keptLines = new HashSet<>();
    for (Plan plan : holders) {
      kept.addAll(names(plan.parts()));
      keptLines.addAll(lines(plan.parts().toList()));
    }
    List<String> files = new ArrayList<>();
    for (Part part : parts) {
      if (!kept.contains(part.name())) {
        files.add(folder.requests(part.name()));
        files.add(folder.documents(part.name()));
        files.add(folder.failures(part.name()));
        files.add(folder.fingerprints(part.name()));
      }
    }
    // A repetition has chosen anew what of the same parts is sent.
    lines(parts).stream()
        .filter(file -> !keptLines.contains(file))
        .forEach(file -> files.add(folder.lines(file)));
    if (!files.isEmpty()) {
      LOG.info("the source was planned by another launch in the meantime; using its plan");
      Storage.delete(files);
    }
  }
}
