package io.beambatch.chunk;

import io.beambatch.job.Job;
import io.beambatch.schema.Shape;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/**
 * The fields of a run's documents, merged from its committed plans. A sink with columns, such as
 * CSV, has a column for each. Every call lists the ledger again, but reads only new plans: a
 * committed plan never changes.
 */
public final class DocumentShapes {
  private final RunFolder folder;
  private final Set<String> known = new HashSet<>();
  private Shape shape = Shape.NONE;

  /** The shapes in a run's plans. */
  public DocumentShapes(RunFolder folder) {
    this.folder = folder;
  }

  /** Returns whether the sink needs columns that only the documents themselves define. */
  static boolean areNeeded(Job job) {
    return job.answers().hasColumns() && !job.source().hasSchema();
  }

  /** The merged shape of all plans that are committed now. */
  public synchronized Shape merged() throws IOException {
    for (Plan plan : PlanStore.of(folder).allBut(known)) {
      known.add(plan.name());
      shape = shape.merge(plan.shape());
    }
    return shape;
  }
}
