package io.beambatch.sink;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.beambatch.chunk.DocumentShapes;
import io.beambatch.document.Outcomes;
import io.beambatch.job.Job;
import io.beambatch.result.AnswerTypes;
import io.beambatch.schema.DocumentSchemas;
import io.beambatch.schema.InferredSchema;
import io.beambatch.schema.Shape;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
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
  private final RunFolder folder;
  private final DocumentShapes shapes;
  private @Nullable Shape known;
  private @Nullable Schema schema;

  /** The schemas of a run, whose first attempt is planned. */
  public SinkSchema(Job job, RunFolder folder) {
    this.job = job;
    this.folder = folder;
    this.shapes = new DocumentShapes(folder);
  }

  /** Notes the schema of a source that has one, in place of an earlier one. */
  public static void note(RunFolder folder, Schema documents) throws IOException {
    Storage.write(folder.schema(), to -> to.write(documents.toString(true).getBytes(UTF_8)));
  }

  /** The schema that was noted. */
  public static Schema noted(RunFolder folder) throws IOException {
    try (InputStream in = Storage.open(folder.schema())) {
      return new Schema.Parser().parse(in);
    }
  }

  /** The schema of answered documents of a source. */
  public static Schema answered(Job job, Schema documents) {
    return DocumentSchemas.answered(
        documents,
        job.result().field(),
        AnswerTypes.of(job),
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
        schema = answered(job, noted(folder));
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
    return job.source().type().hasSchema() ? failed(noted(folder)) : null;
  }
}
