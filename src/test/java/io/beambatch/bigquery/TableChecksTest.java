package io.beambatch.bigquery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.api.services.bigquery.model.Clustering;
import com.google.api.services.bigquery.model.TableFieldSchema;
import com.google.api.services.bigquery.model.TableSchema;
import com.google.api.services.bigquery.model.TimePartitioning;
import io.beambatch.error.ExitCode;
import io.beambatch.job.Job;
import io.beambatch.job.JobReader;
import io.beambatch.job.TableDestination;
import io.beambatch.job.TableSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is said of tables before anything is read or paid. */
class TableChecksTest {
  private static final String SINK = "{type: bigquery, table: test-shop:data.answers%s}";

  private FakeBigQuery bigQuery;
  private String bucketIn = "EU";

  @BeforeEach
  void start() {
    bigQuery = FakeBigQuery.start();
    bigQuery.create("reviews", ShopRows.columns(), List.of());
  }

  @AfterEach
  void stop() {
    bigQuery.close();
  }

  @Test
  void aTableThatIsThereGivesItsColumns() throws Exception {
    TableSchema columns = source("table: test-shop:data.reviews, id: id");
    assertThat(columns.getFields()).extracting(TableFieldSchema::getName).contains("id", "items");
    assertThat(Columns.of(Columns.avro(columns)).getFields())
        .extracting(TableFieldSchema::getType)
        .isEqualTo(ShopRows.columns().stream().map(TableFieldSchema::getType).toList());
  }

  @Test
  void aMissingTableIsNamed() {
    says(() -> source("table: test-shop:data.revues"), false)
        .hasMessage("source.table: test-shop:data.revues doesn't exist");
    says(() -> source("table: test-shop:nothing.reviews"), false)
        .hasMessage("source.table: test-shop:nothing.reviews doesn't exist");
  }

  @Test
  void aTableThatMayNotBeReadIsNamedAtOnce() {
    bigQuery.deny("reviews");
    says(() -> source("table: test-shop:data.reviews"), false)
        .hasMessageContaining("table test-shop:data.reviews: BigQuery answered 403: Access Denied")
        .hasMessageContaining("check the account's BigQuery roles");
  }

  @Test
  void aQueryIsTriedWithoutBeingRun() throws Exception {
    bigQuery.teach("SELECT id FROM t", List.of(column("id", "STRING")), List.of());
    assertThat(source("query: SELECT id FROM t").getFields()).hasSize(1);
    assertThat(bigQuery.loads()).isEmpty();

    says(() -> source("query: SELEKT"), true)
        .hasMessage("source.query: Syntax error: Unexpected identifier at [1:1]");
  }

  @Test
  void aViewIsReadByAQueryOnly() {
    bigQuery.find("reviews").table().setType("VIEW");
    says(() -> source("table: test-shop:data.reviews"), true)
        .hasMessageContaining("is a view")
        .hasMessageContaining("SELECT * FROM `test-shop.data.reviews`");
  }

  @Test
  void theIdIsAColumn() {
    says(() -> source("table: test-shop:data.reviews, id: ids"), true)
        .hasMessageContaining("source.id: there is no column 'ids' (there are: id, text,");
  }

  @Test
  void anExportNeedsAPlaceAndKnowsNotEveryType() {
    says(() -> source("table: test-shop:data.reviews, method: export"), true)
        .hasMessageContaining("--tempLocation");
    bigQuery.create("times", List.of(column("took", "INTERVAL")), List.of());
    says(() -> source("table: test-shop:data.times, method: export", "--tempLocation=x"), true)
        .hasMessageContaining("column took is of a type that an export doesn't have");
    Schema times = documents(column("took", "INTERVAL"));
    says(() -> sink(job(SINK.formatted("")), times, "gs://b/f", false), false)
        .hasMessageContaining("column took is of a type that can't be loaded from files; cast it");
  }

  @Test
  void aSinkNeedsItsDatasetAndPerhapsItsTable() {
    Job elsewhere = job("{type: bigquery, table: test-shop:other.answers}");
    says(() -> sink(elsewhere, false), false)
        .hasMessage("sink.table: dataset test-shop:other doesn't exist; datasets are not created");
    Job never = job(SINK.formatted(", create_disposition: never"));
    says(() -> sink(never, false), false)
        .hasMessage(
            "sink.table: test-shop:data.answers doesn't exist, and create_disposition is 'never'");
  }

  @Test
  void aSinkNeedsLeaveToRunJobsAndToLoad() throws Exception {
    Job job = job(SINK.formatted(""));
    bigQuery.create("answers", List.of(column("id", "STRING")), List.of());
    bigQuery.denyLoads();
    says(() -> sink(job, false), false)
        .hasMessage(
            "sink.table: the account may not load into test-shop:data.answers (it lacks"
                + " bigquery.tables.updateData); give it the role BigQuery Data Editor");
    bigQuery.denyJobs();
    says(() -> sink(job, false), false)
        .hasMessageContaining("jobs in project test-shop: BigQuery answered 403: Access Denied")
        .hasMessageContaining("check the account's BigQuery roles");
  }

  @Test
  void aSinkLoadsFromABucketThatIsWhereItsDatasetIs() throws Exception {
    Job job = job(SINK.formatted(""));
    bucketIn = "US-CENTRAL1";
    says(() -> sink(job, documents(column("id", "STRING")), "gs://b/f", false), true)
        .hasMessage(
            "sink.table: dataset test-shop:data is in EU and can't load what is in US-CENTRAL1,"
                + " where gs://b/f is; give a --staging in a bucket of the dataset's location");
    bucketIn = "EUROPE-WEST1";
    sink(job, documents(column("id", "STRING")), "gs://b/f", false);
  }

  @Test
  void rowsThatAreThereStopARunThatWantsNoneUntilItHasBegun() throws Exception {
    Job empty = job(SINK.formatted(", write_disposition: empty"));
    sink(empty, false);
    bigQuery.create("answers", List.of(column("id", "STRING")), List.of(Map.of("id", "x")));
    says(() -> sink(empty, false), false)
        .hasMessage(
            "sink.table: test-shop:data.answers has rows, and write_disposition is 'empty'");
    sink(empty, true);
  }

  @Test
  void columnsThatDontFitAreAllNamed() throws Exception {
    bigQuery.create(
        "answers",
        List.of(
            column("id", "INTEGER"),
            column("tags", "STRING"),
            column("must", "DATE").setMode("REQUIRED"),
            column("price", "NUMERIC").setPrecision(5L).setScale(2L)),
        List.of());
    Job job = job(SINK.formatted(""));
    Schema documents =
        Columns.avro(
            new TableSchema()
                .setFields(
                    List.of(
                        column("id", "STRING"),
                        column("tags", "STRING").setMode("REPEATED"),
                        column("price", "NUMERIC"),
                        column("more", "JSON"))));
    says(() -> sink(job, documents, "gs://b/f", false), false)
        .hasMessageContaining("the columns of test-shop:data.answers don't fit the documents:")
        .hasMessageContaining("* id: is STRING, but in the table INTEGER")
        .hasMessageContaining("* tags: is REPEATED STRING, but in the table STRING")
        .hasMessageContaining("* price: is NUMERIC, but in the table NUMERIC(5, 2)")
        .hasMessageContaining("* more: the table has no such column (JSON)")
        .hasMessageContaining("* must: is required, but no document has it");

    // Its columns don't matter if it is begun anew.
    sink(job(SINK.formatted(", write_disposition: truncate")), documents, "gs://b/f", false);
  }

  @Test
  void namesThatBigQueryDoesNotTakeAreAllNamed() {
    Job job = job(SINK.formatted(""));
    Schema documents =
        documents(
            column("id", "STRING"),
            column("ID", "STRING"),
            column("_PARTITIONTIME", "STRING"),
            column("x".repeat(301), "STRING"),
            column("_batches", "RECORD").setFields(List.of(column("_file_name", "STRING"))));
    says(() -> sink(job, documents, "gs://b/f", false), false)
        .hasMessageContaining("* ID: differs from another field only in upper and lower case")
        .hasMessageContaining("* _PARTITIONTIME: BigQuery keeps names that begin like this")
        .hasMessageContaining("xxx: BigQuery takes names of at most 300 characters")
        .hasMessageContaining("* _batches._file_name: BigQuery keeps names")
        .hasMessageNotContaining("* _batches: ");
  }

  @Test
  void textsHaveToFitIntoAColumnThatBoundsThem() throws Exception {
    TableFieldSchema short10 = column("id", "STRING").setMaxLength(10L);
    bigQuery.create("answers", List.of(short10), List.of());
    Job job = job(SINK.formatted(""));
    sink(job, documents(column("id", "STRING").setMaxLength(10L)), "gs://b/f", false);
    says(() -> sink(job, documents(column("id", "STRING")), "gs://b/f", false), false)
        .hasMessageContaining("* id: may be longer than the 10 that the table's column holds");
    assertThat(Columns.of(documents(short10)).getFields().get(0).getMaxLength()).isEqualTo(10L);
  }

  @Test
  void aTableThatIsBegunAgainNeedsTheColumnsThatItIsOrderedBy() throws Exception {
    Job job = job(SINK.formatted(", write_disposition: truncate"));
    bigQuery
        .create("answers", List.of(column("day", "DATE"), column("shop", "STRING")), List.of())
        .table()
        .setTimePartitioning(new TimePartitioning().setType("DAY").setField("day"))
        .setClustering(new Clustering().setFields(List.of("shop")));
    sink(job, documents(column("day", "DATE"), column("shop", "STRING")), "gs://b/f", false);
    says(() -> sink(job, documents(column("day", "DATE")), "gs://b/f", false), false)
        .hasMessageContaining("is partitioned or clustered by the column 'shop', which the");
  }

  @Test
  void thePartitionIsAColumnOfTime() {
    Job job = job(SINK.formatted(", partition: {field: id}"));
    says(() -> sink(job, documents(column("id", "STRING")), "gs://b/f", false), true)
        .hasMessageContaining("sink.partition.field")
        .hasMessageContaining("'id' is none");
  }

  @Test
  void googleLoadsFromCloudStorageOnly() {
    Job job = job(SINK.formatted(""));
    TableChecks checks =
        new TableChecks(
            PipelineOptionsFactory.fromArgs(
                    "--credentialFactoryClass="
                        + "org.apache.beam.sdk.extensions.gcp.auth.NoopCredentialFactory")
                .create());
    assertThatThrownBy(
            () ->
                checks.sink(
                    "sink.table", (TableDestination) job.answers(), null, "/tmp/staging/r", false))
        .isInstanceOf(BigQueryException.class)
        .hasMessageContaining("--staging gs://")
        .hasMessageContaining("/tmp/staging/r");
  }

  private static org.assertj.core.api.AbstractThrowableAssert<?, ?> says(
      ThrowingCallable check, boolean ofJobFile) {
    return assertThatThrownBy(check)
        .isInstanceOfSatisfying(
            BigQueryException.class,
            e ->
                assertThat(e.exitCode())
                    .as(e.getMessage())
                    .isEqualTo(ofJobFile ? ExitCode.USAGE : ExitCode.ERROR));
  }

  private static TableFieldSchema column(String name, String type) {
    return new TableFieldSchema().setName(name).setType(type).setMode("NULLABLE");
  }

  private static Schema documents(TableFieldSchema... columns) {
    return Columns.avro(new TableSchema().setFields(List.of(columns)));
  }

  private TableChecks checks(String... more) {
    List<String> options = new ArrayList<>(bigQuery.options());
    options.addAll(List.of(more));
    return new TableChecks(
        PipelineOptionsFactory.fromArgs(options.toArray(new String[0])).create(),
        bucket -> Optional.of(bucketIn));
  }

  private TableSchema source(String keys, String... options) throws Exception {
    return checks(options).source((TableSource) job("{type: jsonl, path: x}", keys).source());
  }

  private void sink(Job job, boolean begun) throws Exception {
    sink(job, documents(column("id", "STRING")), "/local", begun);
  }

  private void sink(Job job, Schema documents, String staging, boolean begun) throws Exception {
    checks().sink("sink.table", (TableDestination) job.answers(), documents, staging, begun);
  }

  private static Job job(String sink) {
    return job(sink, "table: test-shop:data.reviews");
  }

  private static Job job(String sink, String source) {
    try {
      return JobReader.parse(
          "job.yaml",
          """
          name: rows
          source: {type: bigquery, %s}
          request: {endpoint: /v1/chat/completions, model: m, body: {x: y}}
          sink: %s
          """
              .formatted(source, sink),
          List.of());
    } catch (io.beambatch.job.JobFileException e) {
      throw new AssertionError(e.getMessage(), e);
    }
  }
}
