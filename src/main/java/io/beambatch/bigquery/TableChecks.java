package io.beambatch.bigquery;

import com.google.api.services.bigquery.model.Table;
import com.google.api.services.bigquery.model.TableFieldSchema;
import com.google.api.services.bigquery.model.TableSchema;
import com.google.cloud.storage.Bucket;
import com.google.cloud.storage.Storage.BucketField;
import com.google.cloud.storage.Storage.BucketGetOption;
import com.google.cloud.storage.StorageException;
import io.beambatch.job.TableDestination;
import io.beambatch.job.TableDestination.CreateDisposition;
import io.beambatch.job.TableDestination.Partition;
import io.beambatch.job.TableDestination.WriteDisposition;
import io.beambatch.job.TableName;
import io.beambatch.job.TableSource;
import io.beambatch.storage.GcsClient;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.apache.avro.Schema;
import org.apache.beam.sdk.extensions.gcp.util.gcsfs.GcsPath;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks the tables of a job before anything is paid: that they exist, have fitting columns, and
 * may be used.
 */
final class TableChecks {
  private static final Set<String> READ_BY_QUERY_ONLY =
      Set.of("VIEW", "MATERIALIZED_VIEW", "EXTERNAL");
  private static final Set<String> PARTITIONING = Set.of("DATE", "TIMESTAMP", "DATETIME");

  private static final Logger LOG = LoggerFactory.getLogger(TableChecks.class);
  private static final String LOAD = "bigquery.tables.updateData";

  private final BigQueryClient client;
  private final BigQueryAccess access;
  private final Function<String, Optional<String>> places;

  /** Checks with the permissions and the project of these options. */
  TableChecks(PipelineOptions options) {
    this(options, TableChecks::place);
  }

  /**
   * Checks with another way to locate buckets.
   *
   * @param places gives the location of a file's bucket; empty if it is unknown
   */
  TableChecks(PipelineOptions options, Function<String, Optional<String>> places) {
    this.client = BigQueryClient.connect(options);
    this.access = options.as(BigQueryAccess.class);
    this.places = places;
  }

  private static Optional<String> place(String path) {
    try {
      return Optional.ofNullable(
              GcsClient.connect(path)
                  .get(
                      GcsPath.fromUri(path).getBucket(),
                      BucketGetOption.fields(BucketField.LOCATION)))
          .map(Bucket::getLocation);
    } catch (IOException | StorageException e) {
      // The role for reading and writing files doesn't include it.
      LOG.debug("the location of the bucket of {} is unknown: {}", path, e.getMessage());
      return Optional.empty();
    }
  }

  /**
   * The columns of a {@code bigquery} source.
   *
   * @throws BigQueryException if it can't be read as the job says
   */
  TableSchema source(TableSource table) throws IOException {
    boolean export = table.method() == TableSource.Method.EXPORT;
    if (export) {
      String temporary = access.getTempLocation();
      if (temporary == null || (!temporary.startsWith("gs://") && isGoogle())) {
        throw BigQueryException.ofJobFile(
            "source.method: an export needs a place for its files; add --tempLocation=gs://… after"
                + " --, or take 'direct'");
      }
    }
    TableSchema columns =
        table.query() == null
            ? columnsOf(Objects.requireNonNull(table.table()))
            : client.schemaOf(table.query(), client.project(null));
    String unreadable = export ? Columns.notLoadable(columns.getFields(), "") : null;
    if (unreadable != null) {
      throw BigQueryException.ofJobFile(
          "source.method: column "
              + unreadable
              + " is of a type that an export doesn't have; take 'direct'");
    }
    try {
      Columns.avro(columns);
    } catch (IllegalArgumentException e) {
      throw BigQueryException.of("source: " + e.getMessage(), e);
    }
    checkId(table.id(), columns);
    return columns;
  }

  private TableSchema columnsOf(TableName name) throws IOException {
    Table table =
        client
            .table(name)
            .orElseThrow(() -> BigQueryException.of("source.table: " + name + " doesn't exist"));
    if (READ_BY_QUERY_ONLY.contains(String.valueOf(table.getType()))) {
      throw BigQueryException.ofJobFile(
          "source.table: "
              + name
              + " is a "
              + table.getType().toLowerCase(Locale.ROOT).replace('_', ' ')
              + ", which only a query can read; take source.query: SELECT * FROM `"
              + name.project()
              + "."
              + name.dataset()
              + "."
              + name.table()
              + "`");
    }
    if (table.getSchema() == null || table.getSchema().getFields() == null) {
      throw BigQueryException.of("source.table: " + name + " has no columns");
    }
    return table.getSchema();
  }

  private static void checkId(@Nullable String id, TableSchema columns) throws BigQueryException {
    if (id == null) {
      return;
    }
    List<String> names = columns.getFields().stream().map(TableFieldSchema::getName).toList();
    if (!names.contains(id) && !names.contains(id.split("\\.", -1)[0])) {
      throw BigQueryException.ofJobFile(
          "source.id: there is no column '"
              + id
              + "' (there are: "
              + String.join(", ", names)
              + ")");
    }
  }

  /**
   * Checks a table into which documents will be loaded.
   *
   * @param key the job-file key, such as {@code sink.table}
   * @param documents their schema, or null if it is not known before they are read
   * @param staging the location of the files to load
   * @param begun whether the run may have loaded something already
   * @throws BigQueryException if they can't be loaded
   */
  void sink(
      String key, TableDestination sink, @Nullable Schema documents, String staging, boolean begun)
      throws IOException {
    TableName name = sink.table();
    if (!staging.startsWith("gs://") && isGoogle()) {
      throw BigQueryException.ofJobFile(
          key
              + ": BigQuery loads files from Cloud Storage only; give a --staging gs://bucket/folder,"
              + " not "
              + staging);
    }
    String dataset = name.project() + ":" + name.dataset();
    String location =
        client
            .location(name)
            .orElseThrow(
                () ->
                    BigQueryException.of(
                        key + ": dataset " + dataset + " doesn't exist; datasets are not created"));
    checkPlace(key, dataset, location, staging);
    client.checkJobs(client.project(name));
    Optional<Table> table = client.table(name);
    if (table.isEmpty() && sink.createDisposition() == CreateDisposition.NEVER) {
      throw BigQueryException.of(
          key + ": " + name + " doesn't exist, and create_disposition is 'never'");
    }
    if (table.isPresent()) {
      checkIsTable(key, name, table.get());
      if (!client.hasPermission(LOAD, name)) {
        throw BigQueryException.of(
            key
                + ": the account may not load into "
                + name
                + " (it lacks "
                + LOAD
                + "); give it the role BigQuery Data Editor");
      }
      if (!begun && sink.writeDisposition() == WriteDisposition.EMPTY && hasRows(table.get())) {
        throw BigQueryException.of(
            key + ": " + name + " has rows, and write_disposition is 'empty'");
      }
      checkPartition(key, sink.partition(), table.get());
    }
    if (documents != null) {
      checkColumns(key, sink, table, documents);
      if (table.isPresent()) {
        checkOrder(key, sink, table.get(), documents);
      }
    }
  }

  private void checkPlace(String key, String dataset, String location, String staging)
      throws BigQueryException {
    Optional<String> bucket =
        staging.startsWith("gs://") ? places.apply(staging) : Optional.empty();
    if (bucket.isPresent() && Locations.areApart(location, bucket.get())) {
      throw BigQueryException.ofJobFile(
          key
              + ": dataset "
              + dataset
              + " is in "
              + location
              + " and can't load what is in "
              + bucket.get()
              + ", where "
              + staging
              + " is; give a --staging in a bucket of the dataset's location");
    }
  }

  private boolean isGoogle() {
    return !BigQueryClient.hasOwnEndpoint(access);
  }

  private static boolean hasRows(Table table) {
    return (table.getNumRows() != null && table.getNumRows().signum() > 0)
        || (table.getStreamingBuffer() != null
            && !BigInteger.ZERO.equals(table.getStreamingBuffer().getEstimatedRows()));
  }

  private static void checkIsTable(String key, TableName name, Table table)
      throws BigQueryException {
    if (table.getType() != null && !table.getType().equals("TABLE")) {
      throw BigQueryException.of(
          key
              + ": "
              + name
              + " is a "
              + table.getType().toLowerCase(Locale.ROOT).replace('_', ' ')
              + "; rows can be loaded into tables only");
    }
  }

  private static void checkPartition(String key, @Nullable Partition partition, Table table)
      throws BigQueryException {
    if (partition == null) {
      return;
    }
    var there = table.getTimePartitioning();
    boolean same =
        there != null
            && partition.type().name().equals(there.getType())
            && String.valueOf(partition.field()).equals(String.valueOf(there.getField()));
    if (!same) {
      throw BigQueryException.of(
          key
              + ": is not partitioned as sink.partition says; remove that key, or delete the"
              + " table");
    }
  }

  /**
   * A table that is truncated keeps its partitioning and clustering, and so needs their columns.
   */
  private static void checkOrder(String key, TableDestination sink, Table table, Schema documents)
      throws BigQueryException {
    List<String> order = new ArrayList<>();
    if (table.getTimePartitioning() != null && table.getTimePartitioning().getField() != null) {
      order.add(table.getTimePartitioning().getField());
    }
    if (table.getRangePartitioning() != null) {
      order.add(table.getRangePartitioning().getField());
    }
    if (table.getClustering() != null) {
      order.addAll(table.getClustering().getFields());
    }
    for (String column : order) {
      // A table that keeps its rows keeps its columns, too.
      if (sink.writeDisposition() == WriteDisposition.TRUNCATE
          && documents.getField(column) == null) {
        throw BigQueryException.of(
            key
                + ": "
                + sink.table()
                + " is partitioned or clustered by the column '"
                + column
                + "', which the documents don't have; delete the table, or take another one");
      }
    }
  }

  private static void checkColumns(
      String key, TableDestination sink, Optional<Table> table, Schema documents)
      throws BigQueryException {
    TableSchema ours = Columns.of(documents);
    String notLoadable = Columns.notLoadable(ours.getFields(), "");
    if (notLoadable != null) {
      throw BigQueryException.of(
          key
              + ": column "
              + notLoadable
              + " is of a type that can't be loaded from files; cast it to a string in source.query");
    }
    List<String> conflicts =
        SchemaConflicts.between(ours, TableLoader.columns(sink, table, documents));
    if (!conflicts.isEmpty()) {
      throw BigQueryException.of(
          key
              + ": the columns of "
              + sink.table()
              + " don't fit the documents:\n  * "
              + String.join("\n  * ", conflicts)
              + "\nchange the table, or rename it so that another one is created");
    }
    Partition partition = sink.partition();
    if (partition != null && partition.field() != null) {
      boolean fits =
          ours.getFields().stream()
              .anyMatch(
                  column ->
                      column.getName().equals(partition.field())
                          && !Columns.isRepeated(column)
                          && PARTITIONING.contains(Columns.name(column)));
      if (!fits) {
        throw BigQueryException.ofJobFile(
            "sink.partition.field: must name a column of type DATE, TIMESTAMP or DATETIME, but '"
                + partition.field()
                + "' is none");
      }
    }
  }
}
