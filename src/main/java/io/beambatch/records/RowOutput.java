package io.beambatch.records;

import java.io.IOException;
import org.apache.avro.generic.GenericRecord;

/** Writes a file of records; closing completes it. */
public interface RowOutput extends AutoCloseable {

  /** Adds a record of the file's schema. */
  void add(GenericRecord record) throws IOException;

  @Override
  void close() throws IOException;
}
