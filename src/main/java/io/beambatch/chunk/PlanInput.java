package io.beambatch.chunk;

import io.beambatch.schema.Shape;
import org.jspecify.annotations.Nullable;

/**
 * One element of the input of a plan. {@link PlanChunks} gathers all elements of a window; most
 * have only one of these values. Documents are counted independently of the parts that hold them,
 * so that a lost part is noticed.
 *
 * @param part of requests or of failed documents, or null
 * @param read the number of documents read
 * @param origin whether something of the source was read, even if it had no document: only then is
 *     a plan made
 * @param file of a watched source whose documents are in the window, or null
 * @param joined the chunk of the previous attempt that the part comes from, or null
 * @param shape of some of the documents, or null
 */
record PlanInput(
    @Nullable Part part,
    long read,
    boolean origin,
    @Nullable String file,
    @Nullable String joined,
    @Nullable Shape shape) {

  static PlanInput of(Part part) {
    return new PlanInput(part, 0, false, null, null, null);
  }

  static PlanInput ofRead(long documents) {
    return new PlanInput(null, documents, false, null, null, null);
  }

  /** Something of the source was read. */
  static PlanInput ofOrigin() {
    return new PlanInput(null, 0, true, null, null, null);
  }

  /** Something was not read because it is planned. */
  static PlanInput ofPlanned() {
    return new PlanInput(null, 0, false, null, null, null);
  }

  static PlanInput ofFile(String file) {
    return new PlanInput(null, 0, true, file, null, null);
  }

  /** Documents of a later attempt were counted when they were joined. */
  static PlanInput of(RetryRequests retry) {
    Part part = retry.part();
    long documents = part == null ? 0 : part.documents();
    return new PlanInput(part, documents, false, null, retry.chunkId(), null);
  }

  static PlanInput ofShape(Shape shape) {
    return new PlanInput(null, 0, false, null, null, shape);
  }
}
