package io.beambatch.source;

import io.beambatch.document.Document;
import io.beambatch.document.FailedDocument;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;

/**
 * The first step of a run: reads a source into documents. Each kind of source has one, which its
 * {@link SourceReader} makes.
 *
 * <p>Every record becomes exactly one element: in {@link #DOCUMENTS}, or in {@link #INVALID} with
 * its place and cause. What they are read from is in {@link #ORIGINS}: an endless source's
 * documents lie in the window of their origin. What is planned already is not read, but is in
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
   * Names of what is read: files, or a table. The same file has the same name at every launch.
   * Origins without any document are here, too.
   */
  public static final TupleTag<String> ORIGINS = new TupleTag<>("origins") {};

  /** Names of what is not read because it is planned. */
  public static final TupleTag<String> PLANNED = new TupleTag<>("planned") {};
}
