package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.beambatch.BatchPipeline;
import io.beambatch.DirectPipelines;
import io.beambatch.batch.BatchProgress;
import io.beambatch.batch.CoordinatorSettings;
import io.beambatch.batch.WaitPolicy;
import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Plan;
import io.beambatch.chunk.PlanStore;
import io.beambatch.error.UserException;
import io.beambatch.job.Job;
import io.beambatch.job.JobReader;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchPage;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.ProviderFactory;
import io.beambatch.records.ReadRecords;
import io.beambatch.records.RowFormat;
import io.beambatch.records.RowOutput;
import io.beambatch.run.Budget;
import io.beambatch.run.Reconciliation;
import io.beambatch.run.Report;
import io.beambatch.run.Run;
import io.beambatch.run.RunProgress;
import io.beambatch.run.Runs;
import io.beambatch.schema.AvroJson;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.EmptyMatchTreatment;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.collect.Sets;
import org.jspecify.annotations.Nullable;

/**
 * A run of a job over files of its own, with a local server that answers. Of every hundred
 * documents one is no JSON, and one lacks the field that the request needs.
 */
final class RunFixture implements AutoCloseable {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final String RECORD =
      """
      {"type": "record", "name": "Review", "fields": [
        {"name": "id", "type": "string"},
        {"name": "text", "type": ["null", "string"]},
        {"name": "day", "type": {"type": "int", "logicalType": "date"}}]}
      """;

  private final String root;
  private final Path local;
  private LocalServer server;
  private final Job job;
  private final Run run;

  private RunFixture(String root, Path local, LocalServer server, Job job, Run run) {
    this.root = root;
    this.local = local;
    this.server = server;
    this.job = job;
    this.run = run;
  }

  /**
   * Begins a run.
   *
   * @param overrides of the job, such as {@code limits.requests=10}
   */
  static RunFixture start(Path folder, String... overrides) throws Exception {
    return start(folder.toString(), folder, overrides);
  }

  /**
   * Begins a run whose files are elsewhere.
   *
   * @param root {@code gs://bucket/folder}
   * @param local for the server
   */
  static RunFixture start(String root, Path local, String... overrides) throws Exception {
    String yaml =
        """
        name: reviews
        source: {type: jsonl, path: %1$s/in/*.jsonl, id: id}
        request:
          provider: openai
          endpoint: /v1/chat/completions
          model: gpt-4o-mini
          body:
            max_tokens: 10
            messages: [{role: user, content: "Classify the sentiment: {{text}}"}]
        result: {field: sentiment}
        sink: {type: jsonl, path: %1$s/out/answered}
        failures: {path: %1$s/out/failed}
        limits: {requests: 250}
        retry: {attempts: 3}
        poll: {interval: 200ms}
        # What was billed is counted in the result files, and what was staged is looked at.
        keep_files: true
        keep: all
        """
            .formatted(root);
    Job job = JobReader.parse(root + "/job.yaml", yaml, List.of(overrides));
    Run run = new Runs(root + "/staging", job, Clock.systemUTC()).open("r1", Runs.Choice.NEW);
    LocalServer server =
        LocalServer.start(LocalServerSettings.defaults().withDir(local.resolve("server")));
    return new RunFixture(root, local, server, job, run);
  }

  /** Puts a file of documents into the source, where it appears complete. */
  void addDocuments(String file, int from, int to) throws IOException {
    String lines =
        IntStream.range(from, to).mapToObj(RunFixture::line).collect(Collectors.joining("\n"));
    Storage.write(root + "/in/" + file, out -> out.write(lines.getBytes(StandardCharsets.UTF_8)));
  }

  /** Puts documents into the source that ask the same as those from number 0 on. */
  void addDuplicates(String file, int from, int to) throws IOException {
    String lines =
        IntStream.range(from, to)
            .mapToObj(
                number -> line(number).replace("number " + number, "number " + (number - from)))
            .collect(Collectors.joining("\n"));
    Storage.write(root + "/in/" + file, out -> out.write(lines.getBytes(StandardCharsets.UTF_8)));
  }

  /** A document as the source has it. */
  static String line(int number) {
    return switch (number % 100) {
      case 33 -> "broken " + number;
      case 66 -> "{\"id\":\"" + number + "\"}";
      default -> "{\"id\":\"" + number + "\",\"text\":\"a good one, number " + number + "\"}";
    };
  }

  /** The same as records of a schema; what would be no JSON lacks the text, too. */
  void addRecords(RowFormat format, String file, int from, int to) throws IOException {
    Schema schema = new Schema.Parser().parse(RECORD);
    AvroJson json = AvroJson.of(schema);
    Storage.write(
        root + "/in/" + file,
        out -> {
          try (RowOutput writer = format.write(out, schema, "snappy")) {
            for (int number = from; number < to; number++) {
              String text = isAnswerable(number) ? "\"a good one, number " + number + "\"" : "null";
              writer.add(
                  json.record(
                      "{\"id\":\"" + number + "\",\"text\":" + text + ",\"day\":\"2024-01-31\"}"));
            }
          }
        });
  }

  static boolean isAnswerable(int number) {
    return number % 100 != 33 && number % 100 != 66;
  }

  /** The whole pipeline, as the command line builds it, going on from committed plans. */
  Pipeline pipeline(ProviderFactory providers, String... beamOptions) throws IOException {
    return pipeline(Launched.RUN, providers, beamOptions);
  }

  /** What each of the commands launches. */
  enum Launched {
    RUN,
    SUBMIT,
    COLLECT,
    CANCEL
  }

  /**
   * The pipeline that a command launches. Where its input ends, the direct runner does one thing
   * after the other, if no option says otherwise.
   */
  Pipeline pipeline(Launched command, ProviderFactory providers, String... beamOptions)
      throws IOException {
    if (command == Launched.CANCEL) {
      BatchLedger.of(run.folder()).cancel(Clock.systemUTC().instant());
    }
    Budget budget = run.budget();
    CoordinatorSettings settings =
        new CoordinatorSettings(
            job.inference(),
            run.identity(),
            WaitPolicy.UNTIL_ENDED,
            new CoordinatorSettings.Waits(
                Duration.ofMillis(300),
                Duration.ofSeconds(1),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofMinutes(1)),
            BatchProgress.Sink.NONE,
            budget);
    PipelineOptions options =
        job.source().isEndless()
            ? PipelineOptionsFactory.fromArgs(beamOptions).create()
            : DirectPipelines.options(beamOptions);
    Pipeline pipeline = Pipeline.create(options);
    BatchPipeline graph = new BatchPipeline(job, run.folder(), budget);
    switch (command) {
      case RUN -> graph.run(pipeline, settings, providers);
      case SUBMIT -> graph.submit(pipeline, settings.pollingOnce(), providers);
      case COLLECT -> graph.run(pipeline, settings.pollingOnce(), providers);
      case CANCEL -> graph.withoutReading().run(pipeline, settings, providers);
    }
    return pipeline;
  }

  TestProviders providers() {
    return new TestProviders(server.baseUrl().toString());
  }

  /** Where the run's files are. */
  RunFolder folder() {
    return run.folder();
  }

  List<Plan> plans() throws IOException {
    return PlanStore.of(run.folder()).all();
  }

  /** How far the run has come, by its folder. */
  RunProgress progress() throws IOException {
    return RunProgress.of(run);
  }

  /** Ends the server and starts it again, without faults; batches that were under way go on. */
  void restartServer() throws IOException {
    restartServer(null);
  }

  /** The same, but the server refuses the key of this run. */
  void restartServerWithAnotherKey() throws IOException {
    restartServer("another-key");
  }

  private void restartServer(@Nullable String key) throws IOException {
    server.close();
    server =
        LocalServer.start(
            LocalServerSettings.defaults().withDir(local.resolve("server")).withApiKey(key));
  }

  /** What goes wrong at the server from now on. */
  void faults(io.beambatch.localserver.Faults faults) {
    server.faults(faults);
  }

  /** The report of a run whose numbers add up. */
  Report reconciled() throws Exception {
    return Reconciliation.report(run, Clock.systemUTC().instant());
  }

  /** Ids in the sink, in any order, as often as they are there. */
  List<String> answered() throws IOException {
    return read("answered-").map(document -> document.path("id").asText()).toList();
  }

  /** Documents in the dead letter. */
  List<JsonNode> failed() throws IOException {
    return read("failed-").toList();
  }

  /** Whether so many documents are answered or failed by now, and all of it is written down. */
  boolean isAccountedFor(int documents) throws Exception {
    try {
      return reconciled().documents() == documents;
    } catch (UserException stillUnderWay) {
      return false;
    }
  }

  private Stream<JsonNode> read(String prefix) throws IOException {
    List<JsonNode> documents = new ArrayList<>();
    for (String file : sinkFiles(prefix)) {
      for (String line :
          file.endsWith(".jsonl") ? linesOf(file) : ReadRecords.of(format(file).open(file))) {
        documents.add(MAPPER.readTree(line));
      }
    }
    return documents.stream();
  }

  /** Files that were delivered under a prefix. */
  List<String> sinkFiles(String prefix) throws IOException {
    return FileSystems.match(root + "/out/" + prefix + "*", EmptyMatchTreatment.ALLOW)
        .metadata()
        .stream()
        .map(file -> file.resourceId().toString())
        .toList();
  }

  /** What is in a file. */
  static List<String> linesOf(String file) throws IOException {
    try (InputStream in = Storage.open(file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  /** The format of a file with records, by its name. */
  static RowFormat format(String file) {
    return file.endsWith(".avro") ? RowFormat.AVRO : RowFormat.PARQUET;
  }

  /** Every document answered or failed exactly once, by what stands in the sink's files. */
  void assertEveryDocumentOnce(int from, int to) throws IOException {
    Set<String> answerable =
        IntStream.range(from, to)
            .filter(RunFixture::isAnswerable)
            .mapToObj(Integer::toString)
            .collect(Collectors.toSet());
    List<String> answered = answered();
    assertThat(answered).doesNotHaveDuplicates();
    assertThat(Sets.difference(answerable, Set.copyOf(answered))).as("never answered").isEmpty();
    assertThat(answered).hasSameSizeAs(answerable);
    // What is no JSON is named by its file and line, so that each failure differs.
    assertThat(failed())
        .hasSize(to - from - answerable.size())
        .doesNotHaveDuplicates()
        .allSatisfy(
            document ->
                assertThat(document.path("_failure").path("reason").asText())
                    .isEqualTo("invalid_document"));
  }

  /** One batch for each planned chunk, and no request answered, and so billed, twice. */
  void assertEveryChunkPaidOnce() throws Exception {
    List<String> chunks =
        plans().stream().flatMap(plan -> plan.chunks().stream()).map(Chunk::id).toList();
    long requests = plans().stream().mapToLong(Plan::requests).sum();
    List<Batch> batches = batches();
    assertThat(batches).hasSameSizeAs(chunks);
    List<String> billed = new ArrayList<>();
    try (BatchProvider provider = providers().connect()) {
      for (Batch batch : batches) {
        for (String file :
            Stream.of(batch.outputFileId(), batch.errorFileId())
                .filter(Objects::nonNull)
                .toList()) {
          try (BufferedReader lines =
              new BufferedReader(
                  new InputStreamReader(provider.download(file), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
              billed.add(MAPPER.readTree(line).path("custom_id").asText());
            }
          }
        }
      }
    }
    assertThat(billed).doesNotHaveDuplicates();
    assertThat((long) billed.size()).isEqualTo(requests);
  }

  /** All batches that the server knows. */
  List<Batch> batches() throws Exception {
    List<Batch> batches = new ArrayList<>();
    try (BatchProvider provider = providers().connect()) {
      BatchPage page = provider.list(null, 100);
      batches.addAll(page.batches());
      while (page.hasMore()) {
        page = provider.list(batches.get(batches.size() - 1).id(), 100);
        batches.addAll(page.batches());
      }
    }
    return batches;
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
