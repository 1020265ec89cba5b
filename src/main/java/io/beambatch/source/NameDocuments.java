package io.beambatch.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.beambatch.document.Document;
import io.beambatch.document.FailedDocument;
import io.beambatch.document.Failure;
import io.beambatch.document.FailureReason;
import io.beambatch.document.SourceRecord;
import io.beambatch.json.LoneSurrogates;
import io.beambatch.storage.Sha256;
import java.util.Objects;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTagList;
import org.jspecify.annotations.Nullable;

/**
 * Turns JSON objects that come from no file into documents, each exactly one element in {@link
 * ReadDocuments#DOCUMENTS} or {@link ReadDocuments#INVALID}.
 *
 * <p>Such an object has no file and line to identify it. Without an id field, its id is a hash of
 * its content, so that the same object has the same id whenever it is read; equal objects share it.
 */
public final class NameDocuments extends PTransform<PCollection<String>, PCollectionTuple> {
  private static final int ID_BYTES = 10;

  private final String kind;
  private final @Nullable String id;

  /**
   * Assigns ids to documents.
   *
   * @param kind what they are, such as {@code row}; the prefix of hashed ids
   * @param id the field that identifies a document, or null
   */
  public NameDocuments(String kind, @Nullable String id) {
    this.kind = kind;
    this.id = id;
  }

  @Override
  public PCollectionTuple expand(PCollection<String> objects) {
    return objects.apply(
        "Name",
        ParDo.of(new NameFn(kind, id))
            .withOutputTags(ReadDocuments.DOCUMENTS, TupleTagList.of(ReadDocuments.INVALID)));
  }

  private static final class NameFn extends DoFn<String, Document> {
    private static final long serialVersionUID = 1L;

    private final String kind;
    private final @Nullable String id;

    NameFn(String kind, @Nullable String id) {
      this.kind = kind;
      this.id = id;
    }

    @ProcessElement
    public void name(@Element String text, MultiOutputReceiver out) {
      try {
        out.get(ReadDocuments.DOCUMENTS).output(document(text));
      } catch (InvalidRecordException e) {
        String json = e.json() == null ? SourceRecord.line(text) : e.json();
        out.get(ReadDocuments.INVALID)
            .output(
                new FailedDocument(
                    new Document(kind + "-" + Sha256.hex(json, ID_BYTES), json),
                    Failure.unsent(
                        FailureReason.INVALID_DOCUMENT, "a " + kind + ": " + e.getMessage())));
      }
    }

    private Document document(String text) throws InvalidRecordException {
      // Between tokens, line ends are white space; within strings, JSON doesn't allow them.
      String line = text.replace('\n', ' ').replace('\r', ' ');
      byte[] original = text.getBytes(UTF_8);
      JsonScan scan = JsonScan.of(original, 0, original.length, IdField.of(id));
      if (LoneSurrogates.in(text)) {
        throw new InvalidRecordException(LoneSurrogates.WORDS);
      }
      byte[] bytes = line.strip().getBytes(UTF_8);
      String json =
          scan.reserved() ? SourceJson.withoutReserved(bytes, 0, bytes.length) : line.strip();
      if (id == null) {
        return new Document(kind + "-" + Sha256.hex(json, ID_BYTES), json);
      }
      if (scan.id() == null || scan.id().isEmpty()) {
        String fault = scan.idFault();
        throw new InvalidRecordException(
            fault == null ? Objects.requireNonNull(IdField.of(id)).missing() : fault, json);
      }
      return new Document(scan.id(), json);
    }
  }
}
