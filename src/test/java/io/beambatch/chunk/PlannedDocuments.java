package io.beambatch.chunk;

import io.beambatch.document.Document;
import io.beambatch.job.Job;
import io.beambatch.schema.Shape;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The plan of documents, made without a pipeline: what the steps of one do, one after the other.
 */
public final class PlannedDocuments {
  private PlannedDocuments() {}

  /**
   * Writes the parts of bundles of documents, and commits their plan unless there is one.
   *
   * @param bundles a part each, unless one exceeds the limits
   */
  public static void plan(Job job, RunFolder folder, List<List<Document>> bundles)
      throws IOException {
    BundleWriter.Factory<Document> writers = new RenderingWriter.Writers(folder, job, true);
    List<Part> parts = new ArrayList<>();
    long read = 0;
    for (List<Document> bundle : bundles) {
      try (BundleWriter<Document> writer = writers.open()) {
        for (Document document : bundle) {
          writer.add(document);
          read++;
        }
        parts.addAll(writer.finish());
      }
    }
    ReuseSelector selector =
        new ReuseSelector(folder, job.buysDuplicatesOnce(), job.inference().answerCache(), null, 0);
    Planner planner = new Planner(folder, job.inference().limits(), selector, false);
    if (PlanStore.of(folder).namesOfFirstAttempt().isEmpty()) {
      planner.plan(PlanName.of(1, "a1"), parts, read, Shape.NONE);
    } else {
      planner.drop(parts);
    }
  }
}
