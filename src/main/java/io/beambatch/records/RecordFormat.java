package io.beambatch.records;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import org.apache.avro.Schema;

/** The formats of files that bring their schema. */
public enum RecordFormat {
  AVRO {
    @Override
    public RecordFile open(String path) throws IOException {
      return AvroRecordFile.open(path);
    }

    @Override
    public RecordWriter write(OutputStream out, Schema schema, String codec) throws IOException {
      return new AvroRecordWriter(out, schema, codec);
    }

    @Override
    void checkWritable(Schema schema) {}
  },
  PARQUET {
    @Override
    public RecordFile open(String path) throws IOException {
      return ParquetRecordFile.open(path);
    }

    @Override
    public RecordWriter write(OutputStream out, Schema schema, String codec) throws IOException {
      return new ParquetRecordWriter(out, schema, codec);
    }

    @Override
    void checkWritable(Schema schema) {
      ParquetRecordWriter.checkWritable(schema);
    }
  };

  /**
   * Opens a file, and reads its schema.
   *
   * @throws IOException naming the file, if it can't be read or is no file of this format
   */
  public abstract RecordFile open(String path) throws IOException;

  /**
   * Starts to write a file.
   *
   * @param out is left open
   * @param codec how it is compressed, such as {@code snappy}; {@code none} for not at all
   */
  public abstract RecordWriter write(OutputStream out, Schema schema, String codec)
      throws IOException;

  abstract void checkWritable(Schema schema);

  /**
   * Finds out whether files of a schema can be written.
   *
   * @throws IllegalArgumentException if not; it says why
   */
  public void checkCanHold(Schema schema) {
    try {
      checkWritable(schema);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "Files of type "
              + name().toLowerCase(Locale.ROOT)
              + " can't hold the documents: "
              + e.getMessage()
              + "; choose another sink.type",
          e);
    }
  }
}
