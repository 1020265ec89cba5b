package io.beambatch.sink;

import io.beambatch.job.FailuresSpec;
import io.beambatch.job.Job;
import io.beambatch.job.SinkSpec;
import io.beambatch.job.TableSink;
import io.beambatch.records.RowFormat;
import io.beambatch.result.ResultFile;
import io.beambatch.schema.FieldNames;
import io.beambatch.storage.LeftOpen;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.channels.Channels;
import java.util.List;
import java.util.Locale;
import org.apache.avro.Schema;
import org.apache.beam.sdk.io.Compression;
import org.jspecify.annotations.Nullable;

/** Writes result files to the sink, each to a file of its own whose name never changes. */
record ResultPublisher(SinkSpec sink, FailuresSpec failures, RunFolder folder)
    implements Serializable {

  /** For a run of a job. Relative paths start here, not where a worker happens to be. */
  static ResultPublisher of(Job job, RunFolder folder) {
    return new ResultPublisher(
        new SinkSpec(
            job.sink().type(),
            absolute(job.sink().path()),
            job.sink().compression(),
            job.sink().table(),
            job.sink().topic()),
        new FailuresSpec(
            absolute(job.failures().path()), job.failures().table(), job.failures().topic()),
        folder);
  }

  private static @Nullable String absolute(@Nullable String path) {
    return path == null ? null : Storage.absolute(path);
  }

  /** The format of a sink whose files bring their schema; else null. */
  static @Nullable RowFormat format(SinkSpec sink) {
    return switch (sink.type()) {
      case AVRO -> RowFormat.AVRO;
      case PARQUET -> RowFormat.PARQUET;
      case JSONL, CSV, BIGQUERY, PUBSUB -> null;
    };
  }

  /**
   * Writes one file, which appears only when it is complete.
   *
   * @param schema of answered documents; null if the sink has no columns
   * @throws IOException naming the file, also if it has not as many documents as it should
   */
  WrittenFile publish(ResultFile file, @Nullable Schema schema) throws IOException {
    String path = target(file);
    try (InputStream from = Storage.open(file.path())) {
      Storage.write(path, to -> check(file, write(file, from, schema, to)));
    } catch (IOException e) {
      throw new IOException(
          "Can't write " + file.path() + " to " + path + ": " + e.getMessage(), e);
    }
    return new WrittenFile(file.kind(), file.shard(), path, file.documents());
  }

  private long write(ResultFile file, InputStream from, @Nullable Schema schema, OutputStream to)
      throws IOException {
    if (file.kind() == ResultFile.Kind.FAILED) {
      return JsonLinesCopy.copy(from, to);
    }
    RowFormat format = format(sink);
    if (format != null) {
      return RecordsFile.write(from, schema, format, sink.compression().code(), to);
    }
    Compression compression = compression();
    if (compression == Compression.UNCOMPRESSED) {
      return writeText(from, schema, to);
    }
    try (OutputStream packed =
        Channels.newOutputStream(
            compression.writeCompressed(Channels.newChannel(new LeftOpen(to))))) {
      return writeText(from, schema, packed);
    }
  }

  private long writeText(InputStream from, @Nullable Schema schema, OutputStream to)
      throws IOException {
    return sink.type() == SinkSpec.Type.CSV
        ? CsvFile.write(from, columns(schema), to)
        : JsonLinesCopy.copy(from, to);
  }

  private static void check(ResultFile file, long documents) throws IOException {
    if (documents != file.documents()) {
      throw new IOException(
          "it should have "
              + file.documents()
              + " documents, but has "
              + documents
              + "; the file in the staging location is damaged");
    }
  }

  private static List<String> columns(Schema schema) {
    return schema.getFields().stream().map(FieldNames::original).toList();
  }

  /** The topic that takes a kind of documents; null if none does. */
  @Nullable String topic(ResultFile.Kind kind) {
    return kind == ResultFile.Kind.ANSWERED ? sink.topic() : failures.topic();
  }

  /** The table that takes a kind of documents; null if none does. */
  @Nullable TableSink table(ResultFile.Kind kind) {
    return kind == ResultFile.Kind.ANSWERED ? sink.table() : failures.table();
  }

  private String target(ResultFile file) {
    boolean answered = file.kind() == ResultFile.Kind.ANSWERED;
    String prefix = answered ? sink.path() : failures.path();
    String type = answered ? sink.type().name().toLowerCase(Locale.ROOT) : "jsonl";
    String suffix = answered && format(sink) == null ? compression().getSuggestedSuffix() : "";
    return prefix + "-" + folder.run() + "-" + file.shard() + "." + type + suffix;
  }

  private Compression compression() {
    return switch (sink.compression()) {
      case GZIP -> Compression.GZIP;
      case BZIP2 -> Compression.BZIP2;
      case ZSTD -> Compression.ZSTD;
      case NONE, DEFLATE, SNAPPY -> Compression.UNCOMPRESSED;
    };
  }
}
