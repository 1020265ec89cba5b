package io.beambatch.bigquery;

import com.google.api.services.bigquery.model.Clustering;
import com.google.api.services.bigquery.model.Job;
import com.google.api.services.bigquery.model.JobConfigurationLoad;
import com.google.api.services.bigquery.model.RangePartitioning;
import com.google.api.services.bigquery.model.Table;
import com.google.api.services.bigquery.model.TableReference;
import com.google.api.services.bigquery.model.TableSchema;
import com.google.api.services.bigquery.model.TimePartitioning;
import io.beambatch.job.TableDestination;
import io.beambatch.job.TableDestination.CreateDisposition;
import io.beambatch.job.TableDestination.Partition;
import io.beambatch.job.TableDestination.WriteDisposition;
import io.beambatch.job.TableName;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/**
 * Loads files of a run into a table, each once.
 *
 * <p>Once per run, before all others, a job of its own deletes the rows that exist ({@code
 * truncate}), or checks that there are none ({@code empty}). Which files are loaded is not recorded
 * here: BigQuery knows the job.
 */
final class TableLoader {
  private final LoadJobs jobs;
  private final TableDestination sink;
  private final String keys;
  private final TableSchema columns;
  private final Optional<Table> table;
  private boolean prepared;

  private TableLoader(
      LoadJobs jobs,
      TableDestination sink,
      String keys,
      TableSchema columns,
      Optional<Table> table) {
    this.jobs = jobs;
    this.sink = sink;
    this.keys = keys;
    this.columns = columns;
    this.table = table;
  }

  /**
   * Opens a table for a run.
   *
   * @param documents the schema of the documents that will be loaded
   * @param keys prefix of all job ids, unique to the run and the table
   */
  static TableLoader open(
      PipelineOptions options, TableDestination sink, Schema documents, String keys)
      throws IOException {
    return open(options, sink, documents, keys, LoadJobs.Waits.REAL);
  }

  static TableLoader open(
      PipelineOptions options,
      TableDestination sink,
      Schema documents,
      String keys,
      LoadJobs.Waits waits)
      throws IOException {
    BigQueryClient client = BigQueryClient.connect(options);
    TableName name = sink.table();
    String location =
        client
            .location(name)
            .orElseThrow(
                () ->
                    BigQueryException.of(
                        "dataset " + name.project() + ":" + name.dataset() + " doesn't exist"));
    Optional<Table> table = client.table(name);
    LoadJobs jobs = new LoadJobs(client, client.project(name), location, waits);
    return new TableLoader(jobs, sink, keys, columns(sink, table, documents), table);
  }

  /** A table that is kept keeps its columns; one that is replaced gets those of the documents. */
  static TableSchema columns(TableDestination sink, Optional<Table> table, Schema documents) {
    return table
        .filter(there -> sink.writeDisposition() != WriteDisposition.TRUNCATE)
        .map(Table::getSchema)
        .filter(schema -> schema.getFields() != null)
        .orElseGet(() -> Columns.of(documents));
  }

  /** The schema of the files to load. */
  Schema rows() {
    return Columns.avro(columns);
  }

  /**
   * The schema of documents before they are rows: arrays may be null, and fields have the
   * documents' names.
   */
  Schema documents(Schema schema) {
    return Columns.written(columns, schema);
  }

  /** Returns whether a job with a name exists. */
  boolean isBegun(String name) throws IOException {
    return jobs.isKnown(keys + "-" + name);
  }

  /**
   * Loads files, unless they are loaded.
   *
   * @param name of the job within the run; {@code [A-Za-z0-9_-]+}
   * @param files writes the files to load
   * @return the number of rows
   */
  long load(String name, Files files) throws IOException, InterruptedException {
    prepare(files);
    Job job =
        jobs.once(
            keys + "-" + name,
            encoding -> configuration(files.rows(encoding), WriteDisposition.APPEND));
    return job.getStatistics().getLoad().getOutputRows();
  }

  private synchronized void prepare(Files files) throws IOException, InterruptedException {
    if (!prepared && sink.writeDisposition() != WriteDisposition.APPEND) {
      jobs.once(
          keys + "-begin",
          encoding -> configuration(List.of(files.empty()), sink.writeDisposition()));
    }
    prepared = true;
  }

  private JobConfigurationLoad configuration(List<String> files, WriteDisposition disposition) {
    TableName name = sink.table();
    return new JobConfigurationLoad()
        .setDestinationTable(
            new TableReference()
                .setProjectId(name.project())
                .setDatasetId(name.dataset())
                .setTableId(name.table()))
        .setSourceUris(files)
        .setSourceFormat("AVRO")
        .setUseAvroLogicalTypes(true)
        .setSchema(columns)
        .setTimePartitioning(timePartitioning())
        .setRangePartitioning(rangePartitioning())
        .setClustering(clustering())
        .setWriteDisposition("WRITE_" + disposition.name())
        .setCreateDisposition(
            sink.createDisposition() == CreateDisposition.NEVER
                ? "CREATE_NEVER"
                : "CREATE_IF_NEEDED");
  }

  private @Nullable TimePartitioning timePartitioning() {
    Partition partition = sink.partition();
    return partition == null
        ? table.map(Table::getTimePartitioning).orElse(null)
        : new TimePartitioning().setType(partition.type().name()).setField(partition.field());
  }

  /** An existing table keeps its partitioning and clustering, even if it is replaced. */
  private @Nullable RangePartitioning rangePartitioning() {
    return table.map(Table::getRangePartitioning).orElse(null);
  }

  private @Nullable Clustering clustering() {
    return table.map(Table::getClustering).orElse(null);
  }

  /** Writes files where BigQuery can read them. */
  interface Files {
    /** Writes the rows in an encoding, and returns the files' paths. */
    List<String> rows(RowEncoding encoding) throws IOException;

    /** Writes a file without rows, and returns its path. */
    String empty() throws IOException;
  }
}
