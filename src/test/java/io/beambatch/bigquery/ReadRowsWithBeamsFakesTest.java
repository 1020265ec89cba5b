package io.beambatch.bigquery;

import com.google.api.services.bigquery.model.JobStatistics;
import com.google.api.services.bigquery.model.JobStatistics2;
import com.google.api.services.bigquery.model.Table;
import com.google.api.services.bigquery.model.TableFieldSchema;
import com.google.api.services.bigquery.model.TableReference;
import com.google.api.services.bigquery.model.TableRow;
import com.google.api.services.bigquery.model.TableSchema;
import io.beambatch.document.Document;
import io.beambatch.job.Job;
import io.beambatch.job.JobReader;
import io.beambatch.job.TableSource;
import io.beambatch.source.PlannedFiles;
import io.beambatch.source.ReadDocuments;
import java.nio.file.Path;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.gcp.testing.FakeBigQueryServices;
import org.apache.beam.sdk.io.gcp.testing.FakeDatasetService;
import org.apache.beam.sdk.io.gcp.testing.FakeJobService;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The source over the stand-ins that Beam tests its own {@code BigQueryIO} with. They export, and
 * know few types; the Storage Read API they haven't.
 */
class ReadRowsWithBeamsFakesTest {
  private static final TableSchema COLUMNS =
      new TableSchema().setFields(List.of(column("id", "STRING"), column("stars", "INTEGER")));
  private static final List<TableRow> ROWS =
      List.of(
          new TableRow().set("id", "a").set("stars", 5L),
          new TableRow().set("id", "b").set("stars", 1L));

  @TempDir Path folder;
  private final FakeDatasetService datasets = new FakeDatasetService();

  @BeforeEach
  void forgetOtherTests() {
    FakeDatasetService.setUp();
    FakeJobService.setUp();
  }

  @Test
  void readsATable() throws Exception {
    datasets.createDataset("test-shop", "data", "", "", null);
    Table table = table("test-shop", "data", "reviews");
    datasets.createTable(table);
    datasets.insertAll(table.getTableReference(), ROWS, null);

    assertRowsAreRead("table: test-shop:data.reviews");
  }

  @Test
  void readsWhatAQueryGives() throws Exception {
    // Beam's fake finds the result in the query itself.
    String query =
        FakeBigQueryServices.encodeQueryResult(table("test-shop", "data", "result"), ROWS);
    Services.JOBS.expectDryRunQuery(
        "test-shop",
        query,
        new JobStatistics()
            .setQuery(
                new JobStatistics2().setTotalBytesProcessed(100L).setReferencedTables(List.of())));

    assertRowsAreRead("query: '" + query + "'");
  }

  private void assertRowsAreRead(String source) throws Exception {
    Job job =
        JobReader.parse(
            "job.yaml",
            """
            name: rows
            source: {type: bigquery, method: export, id: id, %s}
            request: {endpoint: /v1/chat/completions, model: m, body: {x: y}}
            sink: {type: jsonl, path: out}
            """
                .formatted(source),
            List.of());
    Pipeline pipeline =
        Pipeline.create(
            PipelineOptionsFactory.fromArgs(
                    "--project=test-shop",
                    "--bigQueryServicesClass=" + Services.class.getName(),
                    "--tempLocation=" + folder.resolve("temp"))
                .create());
    PCollectionTuple read =
        pipeline.apply(new ReadRows((TableSource) job.source(), PlannedFiles.NONE));
    PAssert.that(read.get(ReadDocuments.INVALID)).empty();
    PAssert.that(read.get(ReadDocuments.DOCUMENTS))
        .containsInAnyOrder(
            new Document("a", "{\"id\":\"a\",\"stars\":5}"),
            new Document("b", "{\"id\":\"b\",\"stars\":1}"));
    pipeline.run().waitUntilFinish();
  }

  private static TableFieldSchema column(String name, String type) {
    return new TableFieldSchema().setName(name).setType(type).setMode("NULLABLE");
  }

  private static Table table(String project, String dataset, String name) {
    return new Table()
        .setTableReference(
            new TableReference().setProjectId(project).setDatasetId(dataset).setTableId(name))
        .setSchema(COLUMNS)
        .setNumBytes(100L);
  }

  /** Beam's services, which it makes for itself. */
  public static final class Services extends FakeBigQueryServices {
    private static final FakeJobService JOBS = new FakeJobService();

    public Services() {
      withJobService(JOBS);
      withDatasetService(new FakeDatasetService());
    }
  }
}
