package io.beambatch.bigquery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.google.api.client.util.NanoClock;
import com.google.api.client.util.Sleeper;
import com.google.api.services.bigquery.model.Clustering;
import com.google.api.services.bigquery.model.Job;
import com.google.api.services.bigquery.model.RangePartitioning;
import com.google.api.services.bigquery.model.TableFieldSchema;
import com.google.api.services.bigquery.model.TableSchema;
import io.beambatch.job.TableDestination;
import io.beambatch.job.TableDestination.CreateDisposition;
import io.beambatch.job.TableDestination.Partition;
import io.beambatch.job.TableDestination.WriteDisposition;
import io.beambatch.job.TableName;
import io.beambatch.schema.AvroJson;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.beam.sdk.io.gcp.testing.FakeDatasetService;
import org.apache.beam.sdk.io.gcp.testing.FakeJobService;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableLoaderTest {
  private static final Schema DOCUMENTS =
      Columns.avro(
          new TableSchema().setFields(List.of(column("id", "STRING"), column("stars", "INTEGER"))));

  @TempDir Path folder;
  private final Pauses pauses = new Pauses();
  private final List<RowEncoding> forms = new ArrayList<>();
  private FakeBigQuery bigQuery;

  @BeforeEach
  void start() {
    bigQuery = FakeBigQuery.start();
    bigQuery.setClock(pauses);
  }

  @AfterEach
  void stop() {
    bigQuery.close();
  }

  @Test
  void loadsAFileOnceHoweverOftenItIsAsked() throws Exception {
    TableDestination sink = sink(WriteDisposition.APPEND);
    assertThat(load("run1", sink, "c1", "{\"id\":\"a\",\"stars\":1}")).isOne();
    assertThat(load("run1", sink, "c1", "{\"id\":\"a\",\"stars\":1}")).isOne();
    assertThat(load("run1", sink, "c2", "{\"id\":\"b\"}", "{\"id\":\"c\"}")).isEqualTo(2);

    assertThat(bigQuery.rows("answers"))
        .extracting(row -> row.get("id"))
        .containsExactly("a", "b", "c");
    assertThat(bigQuery.loads()).hasSize(2);
  }

  @Test
  void adoptsAJobWhoseReplyWasLost() throws Exception {
    bigQuery.loseReplies(1);
    load("run1", sink(WriteDisposition.APPEND), "c1", "{\"id\":\"a\"}");

    assertThat(bigQuery.rows("answers")).hasSize(1);
    assertThat(bigQuery.loads()).hasSize(1);
  }

  @Test
  void startsAnotherJobAfterOneThatFailed() throws Exception {
    bigQuery.failLoads(2);
    load("run1", sink(WriteDisposition.APPEND), "c1", "{\"id\":\"a\"}");
    load("run1", sink(WriteDisposition.APPEND), "c1", "{\"id\":\"a\"}");

    assertThat(bigQuery.rows("answers")).hasSize(1);
    assertThat(bigQuery.loads())
        .extracting(job -> job.getJobReference().getJobId())
        .containsExactly("run1-c1-0", "run1-c1-1", "run1-c1-2");
  }

  @Test
  void saysWhyItGivesUpAndGoesOnInTheNextLaunch() throws Exception {
    bigQuery.failLoads(3);
    assertThatThrownBy(() -> load("run1", sink(WriteDisposition.APPEND), "c1", "{\"id\":\"a\"}"))
        .isInstanceOf(BigQueryException.class)
        .hasMessageContainingAll("load job run1-c1-2 into answers failed", "backendError")
        .hasMessageContaining("nothing was loaded");
    assertThat(bigQuery.find("answers")).isNull();

    load("run1", sink(WriteDisposition.APPEND), "c1", "{\"id\":\"a\"}");
    assertThat(bigQuery.rows("answers")).hasSize(1);
  }

  @Test
  void waitsLongerAndLongerWhereATableWasChangedTooOften() throws Exception {
    for (int i = 0; i < 5; i++) {
      load("run1", sink(WriteDisposition.APPEND), "c" + i, "{\"id\":\"a\"}");
    }
    pauses.taken.clear();
    load("run1", sink(WriteDisposition.APPEND), "c5", "{\"id\":\"a\"}");

    assertThat(bigQuery.rows("answers")).hasSize(6);
    assertThat(bigQuery.loads()).hasSizeGreaterThan(6);
    assertThat(pauses.taken).anyMatch(pause -> pause.toSeconds() >= 5);
  }

  @Test
  void waitsForBigQueryToTakeJobsAgain() throws Exception {
    bigQuery.limitStarts(3);
    load("run1", sink(WriteDisposition.APPEND), "c1", "{\"id\":\"a\"}");

    assertThat(bigQuery.loads()).hasSize(1);
    assertThat(pauses.taken).filteredOn(pause -> pause.toSeconds() >= 5).hasSize(3);

    bigQuery.limitStarts(1_000);
    assertThatThrownBy(() -> load("run1", sink(WriteDisposition.APPEND), "c2", "{\"id\":\"a\"}"))
        .isInstanceOf(BigQueryException.class)
        .hasMessageContaining("too many (rateLimitExceeded); the answers are safe");
  }

  @Test
  void aMissingRightIsNoLimit() {
    bigQuery.denyJobs();
    assertThatThrownBy(() -> load("run1", sink(WriteDisposition.APPEND), "c1", "{\"id\":\"a\"}"))
        .isInstanceOf(BigQueryException.class)
        .hasMessageContaining("Access Denied")
        .hasMessageEndingWith("; check the account's BigQuery roles");
    assertThat(pauses.taken).isEmpty();
  }

  @Test
  void truncatesOnceARunAndNotForEachFile() throws Exception {
    TableDestination sink = sink(WriteDisposition.TRUNCATE);
    bigQuery.create("answers", List.of(column("old", "FLOAT")), List.of(Map.of("old", 1.0)));
    load("run1", sink, "c1", "{\"id\":\"a\"}");
    load("run1", sink, "c2", "{\"id\":\"b\"}");
    load("run1", sink, "c1", "{\"id\":\"a\"}");
    assertThat(ids()).containsExactly("a", "b");

    load("run2", sink, "c1", "{\"id\":\"c\"}");
    assertThat(ids()).containsExactly("c");
  }

  @Test
  void loadsIntoAnEmptyTableOnlyButDoesNotTakeItsOwnRowsForOthers() throws Exception {
    TableDestination sink = sink(WriteDisposition.EMPTY);
    load("run1", sink, "c1", "{\"id\":\"a\"}");
    load("run1", sink, "c2", "{\"id\":\"b\"}");
    assertThat(ids()).containsExactly("a", "b");

    assertThatThrownBy(() -> load("run2", sink, "c1", "{\"id\":\"c\"}"))
        .isInstanceOf(BigQueryException.class)
        .hasMessageContaining("duplicate");
    assertThat(ids()).containsExactly("a", "b");
  }

  @Test
  void fillsTheColumnsOfATableThatIsThere() throws Exception {
    bigQuery.create(
        "answers",
        List.of(column("more", "DATE"), column("stars", "INTEGER"), column("id", "STRING")),
        List.of());
    load("run1", sink(WriteDisposition.APPEND), "c1", "{\"id\":\"a\",\"stars\":3}");

    assertThat(bigQuery.rows("answers").get(0))
        .containsEntry("id", "a")
        .containsEntry("stars", 3L)
        .containsEntry("more", null);
  }

  @Test
  void createsATableOnlyIfItMayAndPartitionsIt() throws Exception {
    TableDestination never =
        new TableDestination(
            new TableName("test-shop", "data", "answers"),
            WriteDisposition.APPEND,
            CreateDisposition.NEVER,
            null);
    assertThatThrownBy(() -> load("run1", never, "c1", "{\"id\":\"a\"}"))
        .isInstanceOf(BigQueryException.class)
        .hasMessageContaining("notFound");

    TableDestination daily =
        new TableDestination(
            new TableName("test-shop", "data", "answers"),
            WriteDisposition.APPEND,
            CreateDisposition.IF_NEEDED,
            new Partition(null, Partition.Type.DAY));
    load("run2", daily, "c1", "{\"id\":\"a\"}");
    load("run2", daily, "c2", "{\"id\":\"b\"}");
    load("run3", sink(WriteDisposition.APPEND), "c1", "{\"id\":\"c\"}");
    assertThat(bigQuery.find("answers").table().getTimePartitioning().getType()).isEqualTo("DAY");
    assertThat(ids()).containsExactly("a", "b", "c");
  }

  @Test
  void aTableThatIsBegunAgainStaysOrderedAsItIs() throws Exception {
    bigQuery
        .create("answers", List.of(column("stars", "INTEGER")), List.of())
        .table()
        .setClustering(new Clustering().setFields(List.of("stars")))
        .setRangePartitioning(new RangePartitioning().setField("stars"));
    load("run1", sink(WriteDisposition.TRUNCATE), "c1", "{\"id\":\"a\"}");

    assertThat(bigQuery.loads())
        .extracting(job -> job.getConfiguration().getLoad())
        .allMatch(load -> load.getClustering().getFields().equals(List.of("stars")))
        .allMatch(load -> load.getRangePartitioning().getField().equals("stars"));
  }

  @Test
  void writesRowsInACarefulFormIfATableDoesNotTakeThem() throws Exception {
    bigQuery.refuseRows(1);
    load("run1", sink(WriteDisposition.APPEND), "c1", "{\"id\":\"a\"}");

    assertThat(forms).containsExactly(RowEncoding.PLAIN, RowEncoding.CAREFUL);
    assertThat(ids()).containsExactly("a");
  }

  @Test
  void knowsInTheNextLaunchThatATableDidNotTakeThem() throws Exception {
    bigQuery.refuseRows(2);
    assertThatThrownBy(() -> load("run1", sink(WriteDisposition.APPEND), "c1", "{\"id\":\"a\"}"))
        .isInstanceOf(BigQueryException.class)
        .hasMessageContaining("load job run1-c1-1 into answers failed (invalid)")
        .hasMessageContaining("run the same command again")
        .hasMessageNotContaining("secret");
    forms.clear();

    load("run1", sink(WriteDisposition.APPEND), "c1", "{\"id\":\"a\"}");
    assertThat(forms).containsExactly(RowEncoding.CAREFUL);
    assertThat(ids()).containsExactly("a");
  }

  @Test
  void looksLessAndLessOftenAfterAJobAndSaysHowToGoOnAfterHours() {
    bigQuery.holdLoads(1);
    pauses.most = 30;
    assertThatThrownBy(() -> load("run1", sink(WriteDisposition.APPEND), "c1", "{\"id\":\"a\"}"))
        .isInstanceOf(BigQueryException.class)
        .hasMessage(
            "job run1-c1-0 is still RUNNING after 7 hours; run the same command again to wait longer");
    assertThat(pauses.taken).hasSize(30).allMatch(pause -> pause.toSeconds() <= 15);
    assertThat(pauses.taken.get(0)).isLessThan(Duration.ofSeconds(1));
    assertThat(pauses.taken.get(29)).isGreaterThan(Duration.ofSeconds(4));
  }

  @Test
  void beamsOwnStandInDoesTheSameJobs() throws Exception {
    load("run1", sink(WriteDisposition.TRUNCATE), "c1", "{\"id\":\"a\",\"stars\":3}");
    load("run1", sink(WriteDisposition.TRUNCATE), "c2", "{\"id\":\"b\"}");
    FakeDatasetService.setUp();
    FakeJobService.setUp();
    FakeDatasetService tables = new FakeDatasetService();
    tables.createDataset("test-shop", "data", "EU", "", null);
    FakeJobService jobs = new FakeJobService();
    for (Job job : bigQuery.loads()) {
      jobs.startLoadJob(job.getJobReference(), job.getConfiguration().getLoad());
      Job done = jobs.pollJob(job.getJobReference(), 10);
      while (!done.getStatus().getState().equals("DONE")) {
        done = jobs.pollJob(job.getJobReference(), 10);
      }
      assertThat(done.getStatus().getErrorResult()).as("%s", done).isNull();
    }

    assertThat(tables.getAllRows("test-shop", "data", "answers"))
        .extracting(row -> row.get("id"), row -> row.get("stars"))
        .containsExactly(tuple("a", "3"), tuple("b", null));
  }

  private List<Object> ids() {
    return bigQuery.rows("answers").stream().map(row -> row.get("id")).toList();
  }

  private static TableDestination sink(WriteDisposition disposition) {
    return new TableDestination(
        new TableName("test-shop", "data", "answers"),
        disposition,
        CreateDisposition.IF_NEEDED,
        null);
  }

  private static TableFieldSchema column(String name, String type) {
    return new TableFieldSchema().setName(name).setType(type).setMode("NULLABLE");
  }

  /** Loads lines, with a loader of its own, as another launch has. */
  private long load(String run, TableDestination sink, String shard, String... lines)
      throws Exception {
    TableLoader loader =
        TableLoader.open(
            PipelineOptionsFactory.fromArgs(bigQuery.options().toArray(new String[0])).create(),
            sink,
            DOCUMENTS,
            run,
            new LoadJobs.Waits(pauses, pauses));
    return loader.load(
        shard,
        new TableLoader.Files() {
          @Override
          public List<String> rows(RowEncoding encoding) throws IOException {
            forms.add(encoding);
            return List.of(write(loader, lines));
          }

          @Override
          public String empty() throws IOException {
            return write(loader);
          }
        });
  }

  private String write(TableLoader loader, String... lines) throws IOException {
    Path file = folder.resolve("rows-" + System.nanoTime() + ".avro");
    AvroJson json = AvroJson.of(loader.documents(DOCUMENTS));
    try (DataFileWriter<GenericRecord> writer =
        new DataFileWriter<>(new GenericDatumWriter<GenericRecord>(loader.rows()))
            .create(loader.rows(), file.toFile())) {
      for (String line : lines) {
        writer.append(json.record(line));
      }
    }
    return file.toString();
  }

  /** Time passes only while somebody waits, and after many pauses the day is over. */
  private static final class Pauses implements Sleeper, NanoClock {
    private final List<Duration> taken = new ArrayList<>();
    private int most = Integer.MAX_VALUE;
    private long now;

    @Override
    public void sleep(long millis) {
      taken.add(Duration.ofMillis(millis));
      now +=
          taken.size() < most ? Duration.ofMillis(millis).toNanos() : Duration.ofDays(1).toNanos();
    }

    @Override
    public long nanoTime() {
      return now;
    }
  }
}
