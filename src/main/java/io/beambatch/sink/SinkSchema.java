package io.beambatch.sink;

import io.beambatch.chunk.DocumentShapes;
import io.beambatch.document.Outcomes;
import io.beambatch.job.Job;
import io.beambatch.result.AnswerTypes;
import io.beambatch.schema.DocumentSchemas;
import io.beambatch.schema.InferredSchema;
import io.beambatch.schema.Shape;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.List;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The schema of a run's answered documents: that of its source, or what its plans say the documents
 * look like; at the end the answer and {@code _batch}. A watched run's grows with its plans.
 */
public final class SinkSchema {
  private final Job job;
  private final DocumentShapes shapes;
  private @Nullable Shape known;
  private @Nullable Schema schema;

  /** The schema of a run, whose first attempt is planned. */
  public SinkSchema(Job job, RunFolder folder) {
    this.job = job;
    this.shapes = new DocumentShapes(folder);
  }

  /** The schema of all documents that are planned now. */
  public synchronized Schema answered() throws IOException {
    Shape shape = shapes.merged();
    if (schema == null || !shape.equals(known)) {
      known = shape;
      schema =
          DocumentSchemas.answered(
              InferredSchema.of(shape),
              job.result().field(),
              AnswerTypes.of(job),
              Outcomes.BATCH,
              List.of(Outcomes.FAILURE));
    }
    return schema;
  }
}
