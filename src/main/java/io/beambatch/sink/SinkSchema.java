package io.beambatch.sink;

import io.beambatch.chunk.DocumentShapes;
import io.beambatch.document.Outcomes;
import io.beambatch.job.Job;
import io.beambatch.records.RowFormat;
import io.beambatch.result.AnswerTypes;
import io.beambatch.schema.DocumentSchemas;
import io.beambatch.schema.InferredSchema;
import io.beambatch.schema.Shape;
import io.beambatch.source.SourceSchemas;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.List;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The schemas of what a run delivers: that of its source, which is noted in the run's folder, or
 * what its plans say the documents look like; at the end the answer and {@code _batch}, or {@code
 * _failure}. A watched run's grows with its plans.
 */
public final class SinkSchema {
  private final Job job;
  private final SourceSchemas source;
  private final DocumentShapes shapes;
  private @Nullable Shape known;
  private @Nullable Schema schema;

  /** The schemas of a run, whose first attempt is planned. */
  public SinkSchema(Job job, RunFolder folder) {
    this.job = job;
    this.source = new SourceSchemas(folder);
    this.shapes = new DocumentShapes(folder);
  }

  /** The schema of answered documents of a source. */
  public static Schema answered(Job job, Schema documents) {
    return DocumentSchemas.answered(
        documents,
        job.inference().result().field(),
        AnswerTypes.of(job.inference()),
        Outcomes.BATCH,
        List.of(Outcomes.FAILURE));
  }

  /** The schema of failed documents of a source that has a schema. */
  public static Schema failed(Schema documents) {
    return DocumentSchemas.failed(documents, Outcomes.FAILURE);
  }

  /** The schema of all answered documents that are planned now. */
  public synchronized Schema answered() throws IOException {
    if (job.source().type().hasSchema()) {
      if (schema == null) {
        schema = answered(job, ofSource());
      }
      return schema;
    }
    Shape shape = shapes.merged();
    if (schema == null || !shape.equals(known)) {
      known = shape;
      schema = answered(job, InferredSchema.of(shape));
    }
    return schema;
  }

  /** The schema of failed documents; null if the source has none. */
  @Nullable Schema failed() throws IOException {
    return job.source().type().hasSchema() ? failed(ofSource()) : null;
  }

  private Schema ofSource() throws IOException {
    return source
        .read()
        .orElseThrow(() -> new IOException("the schema of the run's source has vanished"));
  }

  /**
   * Finds out whether the files of a sink can hold documents with their answers.
   *
   * @throws IOException if not
   */
  public static void checkFiles(Job job, Schema documents) throws IOException {
    RowFormat format = ResultPublisher.format(job.sink());
    if (format == null) {
      return;
    }
    try {
      format.checkCanHold(answered(job, documents));
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
