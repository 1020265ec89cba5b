package io.beambatch.bigquery;

import com.google.api.client.json.GenericJson;
import com.google.api.client.json.JsonFactory;
import com.google.api.client.util.NanoClock;
import com.google.api.services.bigquery.model.Dataset;
import com.google.api.services.bigquery.model.DatasetReference;
import com.google.api.services.bigquery.model.ErrorProto;
import com.google.api.services.bigquery.model.Job;
import com.google.api.services.bigquery.model.JobConfigurationExtract;
import com.google.api.services.bigquery.model.JobConfigurationLoad;
import com.google.api.services.bigquery.model.JobConfigurationQuery;
import com.google.api.services.bigquery.model.JobStatistics;
import com.google.api.services.bigquery.model.JobStatistics2;
import com.google.api.services.bigquery.model.JobStatistics3;
import com.google.api.services.bigquery.model.JobStatistics4;
import com.google.api.services.bigquery.model.JobStatus;
import com.google.api.services.bigquery.model.Table;
import com.google.api.services.bigquery.model.TableFieldSchema;
import com.google.api.services.bigquery.model.TableReference;
import com.google.api.services.bigquery.model.TableSchema;
import com.google.api.services.bigquery.model.TestIamPermissionsRequest;
import com.google.api.services.bigquery.model.TestIamPermissionsResponse;
import io.javalin.Javalin;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.channels.Channels;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileStream;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.beam.sdk.extensions.gcp.util.Transport;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.ResourceId;
import org.apache.beam.sdk.util.MimeTypes;

/**
 * BigQuery's REST API on loopback, by its documentation: datasets, tables, and jobs that load,
 * extract and query. A job's id is taken once; a job that fails changes nothing; a job is seen
 * pending, running and done; a table takes five load jobs in ten seconds, and 10,000 files in each.
 * Queries are those that were taught.
 */
public final class FakeBigQuery implements AutoCloseable {
  private static final JsonFactory JSON = Transport.getJsonFactory();
  private static final Map<String, FakeBigQuery> BY_ENDPOINT = new ConcurrentHashMap<>();
  private static final int ROWS_PER_FILE = 700;
  private static final int MOST_CHANGES = 5;
  private static final Duration CHANGES_WITHIN = Duration.ofSeconds(10);
  private static final int MOST_FILES = 10_000;

  private final Javalin server;
  private final Map<String, FakeTable> tables = new LinkedHashMap<>();
  private final Map<String, Dataset> datasets = new HashMap<>();
  private final Map<String, Job> jobs = new LinkedHashMap<>();
  private final Map<String, Integer> looks = new HashMap<>();
  private final Map<String, FakeTable> queries = new HashMap<>();
  private final List<String> calls = new ArrayList<>();
  private String deniedTable = "";
  private boolean loadsAreDenied;
  private boolean jobsAreDenied;
  private int loadsToFail;
  private int loadsToRefuse;
  private int repliesToLose;
  private int startsToRefuse;
  private NanoClock clock = NanoClock.SYSTEM;
  private final Map<String, List<Long>> changes = new HashMap<>();
  private int freeLoads = Integer.MAX_VALUE;
  private CountDownLatch held = new CountDownLatch(1);

  private FakeBigQuery() {
    server =
        Javalin.create(
                config -> {
                  config.startup.showJavalinBanner = false;
                  String project = "/bigquery/v2/projects/{project}";
                  config.routes.get(project + "/datasets/{dataset}", this::dataset);
                  config.routes.post(project + "/datasets", this::createDataset);
                  config.routes.delete(project + "/datasets/{dataset}", this::deleteDataset);
                  config.routes.get(project + "/datasets/{dataset}/tables/{table}", this::table);
                  config.routes.delete(
                      project + "/datasets/{dataset}/tables/{table}", this::deleteTable);
                  config.routes.post(
                      project + "/datasets/{dataset}/tables/{table}", this::permissions);
                  config.routes.post(project + "/jobs", this::insertJob);
                  config.routes.get(project + "/jobs/{job}", this::job);
                })
            .start("127.0.0.1", 0);
  }

  /** Starts one with an empty dataset {@code shop:data}. */
  public static FakeBigQuery start() {
    FakeBigQuery fake = new FakeBigQuery();
    fake.datasets.put("test-shop:data", fake.newDataset("test-shop", "data", "EU"));
    fake.teach(
        "SELECT 1", List.of(new TableFieldSchema().setName("f0_").setType("INTEGER")), List.of());
    BY_ENDPOINT.put(fake.endpoint(), fake);
    return fake;
  }

  static FakeBigQuery at(String endpoint) {
    return BY_ENDPOINT.get(endpoint);
  }

  public String endpoint() {
    return "http://127.0.0.1:" + server.port() + "/";
  }

  /** Beam options that lead here. */
  public List<String> options() {
    return List.of(
        "--bigQueryEndpoint=" + endpoint(),
        "--bigQueryServicesClass=" + FakeServices.class.getName(),
        "--project=test-shop",
        "--credentialFactoryClass=org.apache.beam.sdk.extensions.gcp.auth.NoopCredentialFactory");
  }

  /** Puts a table into the dataset. */
  public synchronized FakeTable create(
      String name, List<TableFieldSchema> columns, List<Map<String, Object>> rows) {
    FakeTable table = newTable(reference("test-shop", "data", name), columns);
    table.rows().addAll(rows);
    tables.put("test-shop:data." + name, table);
    return table;
  }

  /** Teaches what a query gives. */
  public synchronized void teach(
      String query, List<TableFieldSchema> columns, List<Map<String, Object>> rows) {
    FakeTable result = newTable(reference("test-shop", "data", "result"), columns);
    result.rows().addAll(rows);
    queries.put(query, result);
  }

  /** A table of the dataset; null if there is none. */
  public synchronized FakeTable find(String name) {
    return tables.get("test-shop:data." + name);
  }

  /** The rows of a table of the dataset. */
  public synchronized List<Map<String, Object>> rows(String name) {
    return List.copyOf(find(name).rows());
  }

  /** The load jobs, in the order of their creation. */
  public synchronized List<Job> loads() {
    return jobs.values().stream().filter(job -> job.getConfiguration().getLoad() != null).toList();
  }

  /** The calls that came, such as {@code GET table}. */
  public synchronized List<String> calls() {
    return List.copyOf(calls);
  }

  /** Refuses every look at a table. */
  public synchronized void deny(String table) {
    deniedTable = table;
  }

  /** Says that nobody may load. */
  public synchronized void denyLoads() {
    loadsAreDenied = true;
  }

  /** Refuses all jobs. */
  public synchronized void denyJobs() {
    jobsAreDenied = true;
  }

  /** Lets the next load jobs fail; they load nothing. */
  public synchronized void failLoads(int count) {
    loadsToFail = count;
  }

  /** Finds fault with the rows of the next load jobs; they load nothing. */
  public synchronized void refuseRows(int count) {
    loadsToRefuse = count;
  }

  /** Takes none of the next jobs, because there were too many. */
  public synchronized void limitStarts(int count) {
    startsToRefuse = count;
  }

  /** Goes by another time than that of the machine. */
  synchronized void setClock(NanoClock other) {
    clock = other;
  }

  /** Creates the next jobs, but says that it could not. */
  public synchronized void loseReplies(int count) {
    repliesToLose = count;
  }

  /** Keeps load jobs running, all but the first ones of all times; their rows are there already. */
  public synchronized void holdLoads(int number) {
    freeLoads = number - 1;
    held = new CountDownLatch(1);
  }

  /** Waits until somebody waits for a load job that is held. */
  public void awaitHeldLoad() throws InterruptedException {
    CountDownLatch latch;
    synchronized (this) {
      latch = held;
    }
    if (!latch.await(4, TimeUnit.MINUTES)) {
      throw new AssertionError("no load job came");
    }
  }

  /** Lets all load jobs end. */
  public synchronized void releaseLoads() {
    freeLoads = Integer.MAX_VALUE;
  }

  /** Deletes a table of the dataset. */
  public synchronized void drop(String name) {
    tables.remove("test-shop:data." + name);
  }

  FakeTable resolve(String project, String dataset, String table) {
    return tables.get(project + ":" + dataset + "." + table);
  }

  private static TableReference reference(String project, String dataset, String table) {
    return new TableReference().setProjectId(project).setDatasetId(dataset).setTableId(table);
  }

  private static FakeTable newTable(TableReference name, List<TableFieldSchema> columns) {
    return new FakeTable(
        new Table()
            .setTableReference(name)
            .setType("TABLE")
            .setSchema(new TableSchema().setFields(columns)));
  }

  private Dataset newDataset(String project, String name, String location) {
    return new Dataset()
        .setDatasetReference(new DatasetReference().setProjectId(project).setDatasetId(name))
        .setLocation(location);
  }

  private synchronized void dataset(Context context) throws IOException {
    calls.add("GET dataset");
    Dataset dataset =
        datasets.get(context.pathParam("project") + ":" + context.pathParam("dataset"));
    reply(context, dataset, "Not found: Dataset " + context.pathParam("dataset"));
  }

  private synchronized void createDataset(Context context) throws IOException {
    Dataset dataset = read(context, Dataset.class);
    datasets.put(
        context.pathParam("project") + ":" + dataset.getDatasetReference().getDatasetId(), dataset);
    reply(context, dataset, "");
  }

  private synchronized void deleteDataset(Context context) {
    datasets.remove(context.pathParam("project") + ":" + context.pathParam("dataset"));
    context.status(204);
  }

  private synchronized void table(Context context) throws IOException {
    calls.add("GET table");
    String name = context.pathParam("table");
    if (name.equals(deniedTable)) {
      error(context, 403, "accessDenied", "Access Denied: Table test-shop:data." + name);
      return;
    }
    FakeTable table = resolve(context.pathParam("project"), context.pathParam("dataset"), name);
    if (table != null) {
      table
          .table()
          .setNumRows(BigInteger.valueOf(table.rows().size()))
          .setNumBytes(100L * table.rows().size());
    }
    reply(context, table == null ? null : table.table(), "Not found: Table " + name);
  }

  /** Answers {@code <table>:testIamPermissions}. */
  private synchronized void permissions(Context context) throws IOException {
    TestIamPermissionsRequest request = read(context, TestIamPermissionsRequest.class);
    reply(
        context,
        new TestIamPermissionsResponse()
            .setPermissions(loadsAreDenied ? null : request.getPermissions()),
        "");
  }

  private synchronized void deleteTable(Context context) {
    tables.remove(
        context.pathParam("project")
            + ":"
            + context.pathParam("dataset")
            + "."
            + context.pathParam("table"));
    context.status(204);
  }

  private synchronized void insertJob(Context context) throws IOException {
    Job job = read(context, Job.class);
    if (jobsAreDenied) {
      error(context, 403, "accessDenied", "Access Denied: Project test-shop");
      return;
    }
    if (Boolean.TRUE.equals(job.getConfiguration().getDryRun())) {
      dryRun(context, job);
      return;
    }
    if (startsToRefuse > 0) {
      startsToRefuse--;
      error(context, 403, "rateLimitExceeded", "Exceeded rate limits: too many jobs");
      return;
    }
    String id = job.getJobReference().getJobId();
    if (jobs.containsKey(id)) {
      error(context, 409, "duplicate", "Already Exists: Job " + id);
      return;
    }
    jobs.put(id, job);
    job.setStatus(new JobStatus().setState("DONE"));
    try {
      if (job.getConfiguration().getLoad() != null) {
        load(job, job.getConfiguration().getLoad());
      } else if (job.getConfiguration().getExtract() != null) {
        extract(job, job.getConfiguration().getExtract());
      } else {
        query(job, job.getConfiguration().getQuery());
      }
    } catch (IllegalArgumentException e) {
      fail(job, "invalid", e.getMessage());
    } catch (RuntimeException e) {
      fail(job, "internalError", String.valueOf(e));
    }
    if (repliesToLose > 0) {
      repliesToLose--;
      error(context, 503, "backendError", "Visibility check was unavailable");
      return;
    }
    reply(context, seen(job, "PENDING"), "");
  }

  private synchronized void job(Context context) throws IOException {
    Job job = jobs.get(context.pathParam("job"));
    boolean elsewhere =
        job != null
            && job.getJobReference().getLocation() != null
            && !job.getJobReference().getLocation().equals(context.queryParam("location"));
    if (job == null || elsewhere) {
      reply(context, null, "Not found: Job " + context.pathParam("job"));
      return;
    }
    int look = looks.merge(context.pathParam("job"), 1, Integer::sum);
    if (loads().indexOf(job) >= freeLoads) {
      held.countDown();
      reply(context, seen(job, "RUNNING"), "");
      return;
    }
    // Beam waits seconds between two looks at the jobs that it starts.
    boolean running = look == 1 && job.getConfiguration().getLoad() != null;
    reply(context, running ? seen(job, "RUNNING") : job, "");
  }

  private static Job seen(Job job, String state) throws IOException {
    return JSON.fromString(JSON.toString(job), Job.class)
        .setStatus(new JobStatus().setState(state));
  }

  private void dryRun(Context context, Job job) throws IOException {
    FakeTable result = queries.get(job.getConfiguration().getQuery().getQuery());
    if (result == null) {
      error(context, 400, "invalidQuery", "Syntax error: Unexpected identifier at [1:1]");
      return;
    }
    JobStatistics2 statistics =
        new JobStatistics2()
            .setSchema(result.table().getSchema())
            .setReferencedTables(List.of(reference("test-shop", "data", "reviews")))
            .setTotalBytesProcessed(10L);
    reply(
        context,
        job.setStatus(new JobStatus().setState("DONE"))
            .setStatistics(new JobStatistics().setQuery(statistics).setTotalBytesProcessed(10L)),
        "");
  }

  /** Whether a table may be changed once more by now. */
  private boolean isAtLimit(String table) {
    List<Long> times = changes.computeIfAbsent(table, unknown -> new ArrayList<>());
    long now = clock.nanoTime();
    times.removeIf(time -> now - time > CHANGES_WITHIN.toNanos());
    times.add(now);
    return times.size() > MOST_CHANGES;
  }

  private void load(Job job, JobConfigurationLoad load) throws IOException {
    if (isAtLimit(load.getDestinationTable().getTableId())) {
      fail(job, "rateLimitExceeded", "Exceeded rate limits: too many table update operations");
      return;
    }
    if (load.getSourceUris().size() > MOST_FILES) {
      fail(job, "invalid", "Too many sources");
      return;
    }
    if (loadsToFail > 0) {
      loadsToFail--;
      fail(job, "backendError", "Error encountered during execution. Retrying may solve it.");
      return;
    }
    if (loadsToRefuse > 0) {
      loadsToRefuse--;
      fail(job, "invalid", "Error while reading data, error message: secret is wrong");
      return;
    }
    TableReference name = load.getDestinationTable();
    String key = name.getProjectId() + ":" + name.getDatasetId() + "." + name.getTableId();
    FakeTable there = tables.get(key);
    if (there == null && load.getCreateDisposition().equals("CREATE_NEVER")) {
      fail(job, "notFound", "Not found: Table " + key);
      return;
    }
    boolean truncate = load.getWriteDisposition().equals("WRITE_TRUNCATE");
    if (there != null
        && !there.rows().isEmpty()
        && load.getWriteDisposition().equals("WRITE_EMPTY")) {
      fail(job, "duplicate", "Already Exists: Table " + key);
      return;
    }
    if (there != null
        && !String.valueOf(there.table().getTimePartitioning())
            .equals(String.valueOf(load.getTimePartitioning()))) {
      fail(job, "invalid", "Incompatible table partitioning specification");
      return;
    }
    List<TableFieldSchema> columns = load.getSchema().getFields();
    if (there != null && !truncate && !plain(there.columns()).equals(plain(columns))) {
      fail(job, "invalid", "Provided Schema does not match Table " + key);
      return;
    }
    List<Map<String, Object>> rows = new ArrayList<>();
    for (String uri : load.getSourceUris()) {
      try (DataFileStream<GenericRecord> file =
          new DataFileStream<>(
              Channels.newInputStream(FileSystems.open(place(uri))), new GenericDatumReader<>())) {
        for (GenericRecord record : file) {
          rows.add(TypedRows.fromRecord(record, columns));
        }
      }
    }
    FakeTable target = there;
    if (there == null || truncate) {
      target = newTable(name, columns);
      target.table().setTimePartitioning(load.getTimePartitioning());
      tables.put(key, target);
    }
    target.rows().addAll(rows);
    job.setStatistics(
        new JobStatistics().setLoad(new JobStatistics3().setOutputRows((long) rows.size())));
  }

  /** Columns without what does not matter for whether they are the same. */
  private static List<String> plain(List<TableFieldSchema> columns) {
    return columns.stream()
        .map(
            column ->
                column.getName()
                    + " "
                    + column.getType()
                    + " "
                    + (column.getMode() == null ? "NULLABLE" : column.getMode())
                    + (column.getFields() == null ? "" : plain(column.getFields())))
        .toList();
  }

  private void extract(Job job, JobConfigurationExtract extract) throws IOException {
    TableReference name = extract.getSourceTable();
    FakeTable table = resolve(name.getProjectId(), name.getDatasetId(), name.getTableId());
    Schema schema = TypedRows.exported(table.columns());
    String uri = extract.getDestinationUris().get(0);
    long files = 0;
    for (int from = 0; from < Math.max(1, table.rows().size()); from += ROWS_PER_FILE) {
      ResourceId file = place(uri.replace("*", String.format("%012d", files++)));
      try (DataFileWriter<GenericRecord> writer =
          new DataFileWriter<>(new GenericDatumWriter<GenericRecord>(schema))
              .create(
                  schema, Channels.newOutputStream(FileSystems.create(file, MimeTypes.BINARY)))) {
        int to = Math.min(table.rows().size(), from + ROWS_PER_FILE);
        for (Map<String, Object> row : table.rows().subList(from, to)) {
          writer.append(TypedRows.toRecord(row, table.columns(), schema));
        }
      }
    }
    job.setStatistics(
        new JobStatistics()
            .setExtract(new JobStatistics4().setDestinationUriFileCounts(List.of(files))));
  }

  /**
   * Local, or in the stand-in for Cloud Storage that Beam's file systems are led to. Of several
   * slashes BigQuery makes one, on which Beam relies.
   */
  private static ResourceId place(String uri) {
    return FileSystems.matchNewResource(uri.replaceAll("(?<!:|^)/+", "/"), false);
  }

  private void query(Job job, JobConfigurationQuery query) {
    FakeTable result = queries.get(query.getQuery());
    TableReference name = query.getDestinationTable();
    FakeTable table = newTable(name, result.columns());
    table.rows().addAll(result.rows());
    tables.put(name.getProjectId() + ":" + name.getDatasetId() + "." + name.getTableId(), table);
    job.setStatistics(new JobStatistics());
  }

  private static void fail(Job job, String reason, String message) {
    job.getStatus().setErrorResult(new ErrorProto().setReason(reason).setMessage(message));
  }

  private static <T> T read(Context context, Class<T> type) throws IOException {
    InputStream body = context.req().getInputStream();
    boolean zipped = "gzip".equals(context.header("Content-Encoding"));
    try (InputStream in = zipped ? new GZIPInputStream(body) : body) {
      return JSON.createJsonParser(in).parse(type);
    }
  }

  private static void reply(Context context, GenericJson object, String missing)
      throws IOException {
    if (object == null) {
      error(context, 404, "notFound", missing);
      return;
    }
    context.contentType("application/json").result(JSON.toString(object));
  }

  private static void error(Context context, int status, String reason, String message) {
    context
        .status(status)
        .contentType("application/json")
        .result(
            """
            {"error":{"code":%d,"message":"%s","errors":[{"reason":"%s","message":"%s"}]}}"""
                .formatted(status, message, reason, message));
  }

  @Override
  public void close() {
    BY_ENDPOINT.remove(endpoint());
    server.stop();
  }
}
