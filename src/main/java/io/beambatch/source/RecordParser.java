package io.beambatch.source;

import io.beambatch.document.Document;
import io.beambatch.document.FailedDocument;
import io.beambatch.document.SourceRecord;
import io.beambatch.json.LineReader;
import java.io.Serializable;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Turns the records of one format into documents. {@link SplitReader} reads splits through it. */
public interface RecordParser {

  /** The document in the reader's current record; null if the record is blank. */
  @Nullable Document parse(LineReader record) throws InvalidRecordException;

  /**
   * The failed document for the reader's current record, if it can't become a document.
   *
   * @param file the file of the record
   */
  default FailedDocument failed(String file, LineReader record, InvalidRecordException problem) {
    String json =
        Objects.requireNonNullElseGet(
            problem.json(),
            () -> SourceRecord.line(Utf8.replacing(record.buffer(), record.start(), record.end())));
    return SplitReader.failed(
        file, record.number(), Objects.requireNonNull(problem.getMessage()), json);
  }

  /** Creates parsers where a pipeline runs. */
  @FunctionalInterface
  interface Factory extends Serializable {
    RecordParser parser();
  }
}
