package io.beambatch.chunk;

import io.beambatch.job.Job;
import io.beambatch.ledger.Ledgers;
import io.beambatch.schema.Shape;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/**
 * What a run's documents look like: all that its first attempt's plans hold so far, and so all
 * documents that can be answered. Reads each plan only once: a committed plan never changes.
 */
public final class DocumentShapes {
  private final RunFolder folder;
  private final Set<String> known = new HashSet<>();
  private Shape shape = Shape.NONE;

  /** The shapes in a run's plans. */
  public DocumentShapes(RunFolder folder) {
    this.folder = folder;
  }

  /** Whether the job's sink has columns that only the documents can tell. */
  static boolean areNeeded(Job job) {
    return job.sink().type().hasColumns() && !job.source().type().hasSchema();
  }

  /** The shape of all plans that are committed now. */
  public synchronized Shape merged() throws IOException {
    PlanStore store = new PlanStore(Ledgers.open(folder));
    for (String name : store.names()) {
      if (known.add(name)) {
        shape =
            shape.merge(
                store
                    .read(name)
                    .orElseThrow(() -> new IOException("plan " + name + " has vanished"))
                    .shape());
      }
    }
    return shape;
  }
}
