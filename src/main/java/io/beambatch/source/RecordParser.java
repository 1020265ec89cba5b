package io.beambatch.source;

import io.beambatch.document.Document;
import io.beambatch.document.FailedDocument;
import io.beambatch.document.SourceRecord;
import io.beambatch.json.LineReader;
import java.io.Serializable;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes documents of one format's records. */
public interface RecordParser {

  /** The document that the reader's current record is; null if the record is blank. */
  @Nullable Document parse(LineReader record) throws InvalidRecordException;

  /**
   * What the reader's current record is instead, if it can't become a document.
   *
   * @param file that the record is in
   */
  default FailedDocument failed(String file, LineReader record, InvalidRecordException problem) {
    String json =
        Objects.requireNonNullElseGet(
            problem.json(),
            () -> SourceRecord.line(Utf8.replacing(record.buffer(), record.start(), record.end())));
    return SplitReader.failed(
        file, record.number(), Objects.requireNonNull(problem.getMessage()), json);
  }

  /** Makes parsers where a pipeline runs. */
  @FunctionalInterface
  interface Factory extends Serializable {
    RecordParser parser();
  }
}
