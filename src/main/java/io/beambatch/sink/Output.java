package io.beambatch.sink;

import io.beambatch.chunk.DocumentShapes;
import io.beambatch.document.ReservedFields;
import io.beambatch.job.Destination;
import io.beambatch.job.Job;
import io.beambatch.result.AnswerTypes;
import io.beambatch.result.ResultFile.Kind;
import io.beambatch.schema.DocumentSchemas;
import io.beambatch.schema.InferredSchema;
import io.beambatch.schema.Shape;
import io.beambatch.schema.Types;
import io.beambatch.source.SourceSchema;
import io.beambatch.source.SourceSchemas;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * One of the two outputs of a run: the answered documents or the failed ones. It defines their
 * destination and their schema: the source's, which is kept in the run's folder, or the one
 * inferred in the plans, followed by the answer and {@code _batch}, or by {@code _failure}.
 */
public abstract class Output implements Serializable {
  private static final long serialVersionUID = 1L;

  /** The field with a wrapped line. */
  public static final String DOCUMENT = "document";

  private final Job job;
  private final RunFolder folder;

  Output(Job job, RunFolder folder) {
    this.job = job;
    this.folder = folder;
  }

  /** Both outputs of a run, the answered documents first. */
  public static List<Output> of(Job job, RunFolder folder) {
    return List.of(ofAnswers(job, folder), ofFailures(job, folder));
  }

  /** The answered documents of a run. */
  public static Output ofAnswers(Job job, RunFolder folder) {
    return new Answers(job, folder);
  }

  /** The failed documents of a run. */
  public static Output ofFailures(Job job, RunFolder folder) {
    return new Failures(job, folder);
  }

  /** Which of the two outputs it is. */
  public abstract Kind kind();

  /** Where the documents go. */
  public abstract Destination destination();

  /** The output's section of the job file, such as {@code sink}. */
  public abstract String section();

  /** The schema of the output's documents for documents that have a schema. */
  public abstract Schema schemaFor(Schema documents);

  /**
   * The schema of all the output's documents that are planned now; a watched run's schema grows.
   */
  public abstract Schema schema() throws IOException;

  /** Returns whether the schema is known only with the run's plans. */
  public abstract boolean isKnownWithPlan();

  /**
   * Returns whether each line is wrapped as JSON in the field {@link #DOCUMENT}. Failed documents
   * of a source without a schema are: some are not documents at all, such as lines that are not
   * JSON.
   */
  public abstract boolean isWrapped();

  /** The run's folder in the staging location. */
  public RunFolder folder() {
    return folder;
  }

  /** {@code answered} or {@code failed}, for names and ids. */
  public String name() {
    return kind().name().toLowerCase(Locale.ROOT);
  }

  final Job job() {
    return job;
  }

  final Schema schemaOfSource() throws IOException {
    return new SourceSchemas(folder)
        .read()
        .map(SourceSchema::schema)
        .orElseThrow(() -> new IOException("the schema of the run's source is missing"));
  }

  private static final class Answers extends Output {
    private static final long serialVersionUID = 1L;

    private transient @Nullable DocumentShapes shapes;
    private transient @Nullable Shape known;
    private transient @Nullable Schema schema;

    Answers(Job job, RunFolder folder) {
      super(job, folder);
    }

    @Override
    public Kind kind() {
      return Kind.ANSWERED;
    }

    @Override
    public Destination destination() {
      return job().answers();
    }

    @Override
    public String section() {
      return "sink";
    }

    @Override
    public Schema schemaFor(Schema documents) {
      return DocumentSchemas.answered(
          documents,
          job().inference().result().field(),
          AnswerTypes.of(job().inference()),
          ReservedFields.BATCH,
          List.of(ReservedFields.FAILURE));
    }

    @Override
    public synchronized Schema schema() throws IOException {
      if (job().source().hasSchema()) {
        if (schema == null) {
          schema = schemaFor(schemaOfSource());
        }
        return schema;
      }
      if (shapes == null) {
        shapes = new DocumentShapes(folder());
      }
      Shape shape = shapes.merged();
      if (schema == null || !shape.equals(known)) {
        known = shape;
        schema = schemaFor(InferredSchema.of(shape));
      }
      return schema;
    }

    @Override
    public boolean isKnownWithPlan() {
      return !job().source().hasSchema();
    }

    @Override
    public boolean isWrapped() {
      return false;
    }
  }

  private static final class Failures extends Output {
    private static final long serialVersionUID = 1L;

    Failures(Job job, RunFolder folder) {
      super(job, folder);
    }

    @Override
    public Kind kind() {
      return Kind.FAILED;
    }

    @Override
    public Destination destination() {
      return job().failures();
    }

    @Override
    public String section() {
      return "failures";
    }

    @Override
    public Schema schemaFor(Schema documents) {
      return DocumentSchemas.failed(documents, ReservedFields.FAILURE);
    }

    @Override
    public Schema schema() throws IOException {
      return schemaFor(isWrapped() ? wrapped() : schemaOfSource());
    }

    @Override
    public boolean isKnownWithPlan() {
      return false;
    }

    @Override
    public boolean isWrapped() {
      return !job().source().hasSchema();
    }

    private static Schema wrapped() {
      Schema.Field document =
          new Schema.Field(DOCUMENT, Types.nullable(Types.json()), null, Schema.Field.NULL_VALUE);
      return Schema.createRecord("FailedDocument", null, "io.beambatch", false, List.of(document));
    }
  }
}
