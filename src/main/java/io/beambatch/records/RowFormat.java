package io.beambatch.records;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import org.apache.avro.Schema;

/**
 * The file formats that contain a schema: Avro and Parquet. Each opens files for {@code source} and
 * writes them for {@code sink}.
 */
public enum RowFormat {
  AVRO {
    @Override
    public RowInput open(String path) throws IOException {
      return AvroRows.open(path);
    }

    @Override
    public RowOutput write(OutputStream out, Schema schema, String codec) throws IOException {
      return new AvroRowOutput(out, schema, codec);
    }

    @Override
    void checkWritable(Schema schema) {}
  },
  PARQUET {
    @Override
    public RowInput open(String path) throws IOException {
      return ParquetRows.open(path);
    }

    @Override
    public RowOutput write(OutputStream out, Schema schema, String codec) throws IOException {
      return new ParquetRowOutput(out, schema, codec);
    }

    @Override
    void checkWritable(Schema schema) {
      ParquetTypes.of(schema);
    }
  };

  /**
   * Opens a file, and reads its schema.
   *
   * @throws IOException naming the file, if it can't be read or has another format
   */
  public abstract RowInput open(String path) throws IOException;

  /**
   * Starts to write a file.
   *
   * @param out is left open
   * @param codec the compression, such as {@code snappy}; {@code none} for no compression
   */
  public abstract RowOutput write(OutputStream out, Schema schema, String codec) throws IOException;

  abstract void checkWritable(Schema schema);

  /**
   * Checks that files of a schema can be written.
   *
   * @throws IllegalArgumentException if not; says why
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
