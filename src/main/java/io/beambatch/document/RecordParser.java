package io.beambatch.document;

import io.beambatch.storage.RecordReader;
import org.jspecify.annotations.Nullable;

/** Makes documents of one format's records. */
interface RecordParser {

  /** The document that the reader's current record is; null if the record is blank. */
  @Nullable Document parse(RecordReader record) throws InvalidRecordException;
}
