package io.beambatch;

import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PInput;
import org.apache.beam.sdk.values.POutput;
import org.apache.beam.sdk.values.PValue;
import org.apache.beam.sdk.values.TupleTag;

/**
 * The output of {@link BatchInference}: each document is in one of two collections.
 *
 * @param <T> the type of a document
 */
public final class Answers<T> implements POutput {
  private final Pipeline pipeline;
  private final TupleTag<T> answeredTag = new TupleTag<>("answered") {};
  private final TupleTag<BadRecord> failedTag = new TupleTag<>("failed") {};
  private final PCollection<T> answered;
  private final PCollection<BadRecord> failed;

  Answers(Pipeline pipeline, PCollection<T> answered, PCollection<BadRecord> failed) {
    this.pipeline = pipeline;
    this.answered = answered;
    this.failed = failed;
  }

  /** Documents with their answers, in the global window. */
  public PCollection<T> answered() {
    return answered;
  }

  /**
   * Documents without an answer. Each record has the reason as its exception, what happened as its
   * description, and the document as JSON with {@code _failure} as its last field.
   */
  public PCollection<BadRecord> failed() {
    return failed;
  }

  @Override
  public Pipeline getPipeline() {
    return pipeline;
  }

  @Override
  public Map<TupleTag<?>, PValue> expand() {
    return Map.of(answeredTag, answered, failedTag, failed);
  }

  @Override
  public void finishSpecifyingOutput(String name, PInput input, PTransform<?, ?> transform) {}
}
