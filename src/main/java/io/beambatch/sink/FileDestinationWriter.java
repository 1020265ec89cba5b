package io.beambatch.sink;

import io.beambatch.batch.RunIdentity;
import io.beambatch.job.FileDestination;
import io.beambatch.job.FileDestination.Format;
import io.beambatch.ledger.RunMetrics;
import io.beambatch.records.RowFormat;
import io.beambatch.result.ResultFile;
import io.beambatch.schema.FieldNames;
import io.beambatch.storage.LeftOpen;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.util.Locale;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.beam.sdk.io.Compression;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/**
 * Copies result files to files of any format, one to one, under fixed names. A file appears under
 * its name when it is complete, and a repetition replaces it with the same content, so no document
 * is ever duplicated.
 *
 * <p>JSON lines are copied byte for byte. The columns of CSV, Avro and Parquet files are the fields
 * of all documents that the run has planned, so that its files have the same columns. In CSV,
 * objects and arrays (including {@code _batch}) are JSON in one cell, and null and missing fields
 * are empty cells.
 */
public final class FileDestinationWriter implements DestinationWriter {
  private static final long serialVersionUID = 1L;

  private final Output output;
  private final FileDestination destination;
  private final String prefix;

  /** Writes an output. A relative prefix starts here, not where a worker happens to run. */
  public FileDestinationWriter(Output output, FileDestination destination) {
    this.output = output;
    this.destination = destination;
    this.prefix = Storage.absolute(destination.prefix());
  }

  @Override
  public void check(@Nullable Schema documents, boolean begun, PipelineOptions options)
      throws IOException {
    Optional<RowFormat> format = recordFormat();
    if (format.isPresent() && documents != null) {
      try {
        format.get().checkCanHold(documents);
      } catch (IllegalArgumentException e) {
        throw new IOException(e.getMessage(), e);
      }
    }
  }

  @Override
  public Optional<WrittenFile> write(ResultFile file, RunIdentity run, PipelineOptions options)
      throws IOException {
    String path = path(file);
    try {
      Storage.deliver(path, out -> write(file, out));
    } catch (IOException e) {
      throw new IOException(
          "Can't write " + file.in(output.folder()) + " to " + path + ": " + e.getMessage(), e);
    }
    RunMetrics.wroteTo(path);
    return Optional.of(new WrittenFile(file.kind(), file.shard(), path, file.documents()));
  }

  private void write(ResultFile file, OutputStream out) throws IOException {
    if (textCompression() == Compression.UNCOMPRESSED) {
      DocumentWriter.copy(file, output.folder(), writer(out));
      return;
    }
    try (OutputStream packed =
        Channels.newOutputStream(
            textCompression().writeCompressed(Channels.newChannel(new LeftOpen(out))))) {
      DocumentWriter.copy(file, output.folder(), writer(packed));
    }
  }

  private DocumentWriter writer(OutputStream out) throws IOException {
    return switch (destination.format()) {
      case JSONL -> DocumentWriter.ofJsonLines(out);
      case CSV ->
          new CsvWriter(
              out,
              output.schema().getFields().stream().map(FieldNames::original).toList(),
              destination.escapeFormulas());
      case AVRO, PARQUET ->
          new RecordsWriter(
              out, recordFormat().orElseThrow(), output.schema(), destination.compression().code());
    };
  }

  private Optional<RowFormat> recordFormat() {
    return switch (destination.format()) {
      case AVRO -> Optional.of(RowFormat.AVRO);
      case PARQUET -> Optional.of(RowFormat.PARQUET);
      case JSONL, CSV -> Optional.empty();
    };
  }

  private String path(ResultFile file) {
    return prefix
        + "-"
        + output.folder().run()
        + "-"
        + file.shard()
        + "."
        + destination.format().name().toLowerCase(Locale.ROOT)
        + textCompression().getSuggestedSuffix();
  }

  /** The compression of a file as a whole. Avro and Parquet files compress inside themselves. */
  private Compression textCompression() {
    if (destination.format() == Format.AVRO || destination.format() == Format.PARQUET) {
      return Compression.UNCOMPRESSED;
    }
    return switch (destination.compression()) {
      case GZIP -> Compression.GZIP;
      case BZIP2 -> Compression.BZIP2;
      case ZSTD -> Compression.ZSTD;
      case NONE, DEFLATE, SNAPPY -> Compression.UNCOMPRESSED;
    };
  }
}
