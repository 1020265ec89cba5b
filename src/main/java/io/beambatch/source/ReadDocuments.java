package io.beambatch.source;

import io.beambatch.document.Document;
import io.beambatch.document.FailedDocument;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;

/**
 * The first step of a run: reads a source into documents. Each kind of source has its own, which
 * its {@link SourceReader} creates.
 *
 * <p>Every record becomes exactly one element: in {@link #DOCUMENTS}, or in {@link #INVALID} with
 * its place and cause. {@link #ORIGINS} has the names of what was read; the documents of an endless
 * source are in the window of their origin. What is planned already is not read, and is listed in
 * {@link #PLANNED}. If nothing is to be read at all, that is the only output.
 *
 * <pre>{@code
 * PCollectionTuple read = pipeline.apply("Read documents", reader.read(run, planned));
 * PCollection<Document> documents = read.get(ReadDocuments.DOCUMENTS);
 * }</pre>
 */
public abstract class ReadDocuments extends PTransform<PBegin, PCollectionTuple> {
  public static final TupleTag<Document> DOCUMENTS = new TupleTag<>("documents") {};
  public static final TupleTag<FailedDocument> INVALID = new TupleTag<>("invalid") {};

  /**
   * Names of what is read: files, or a table. A file has the same name at every launch. Origins
   * without documents are included.
   */
  public static final TupleTag<String> ORIGINS = new TupleTag<>("origins") {};

  /** Names of what is not read because it is planned. */
  public static final TupleTag<String> PLANNED = new TupleTag<>("planned") {};
}
