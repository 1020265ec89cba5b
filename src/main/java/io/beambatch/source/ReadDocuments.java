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
 * its place and cause. Sources that are read as files also say which ones, in {@link #FILES}: an
 * endless source's documents lie in the window of their file.
 *
 * <pre>{@code
 * PCollectionTuple read = pipeline.apply("Read documents", reader.read(run, planned));
 * PCollection<Document> documents = read.get(ReadDocuments.DOCUMENTS);
 * }</pre>
 */
public abstract class ReadDocuments extends PTransform<PBegin, PCollectionTuple> {
  public static final TupleTag<Document> DOCUMENTS = new TupleTag<>("documents") {};
  public static final TupleTag<FailedDocument> INVALID = new TupleTag<>("invalid") {};

  /** Names of the files that are read; the same file has the same name at every launch. */
  public static final TupleTag<String> FILES = new TupleTag<>("files") {};

  /** The same of files that are not read because they are planned; from endless sources only. */
  public static final TupleTag<String> PLANNED = new TupleTag<>("planned") {};
}
