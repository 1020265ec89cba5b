package io.beambatch.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.api.services.dataflow.model.DataflowPackage;
import io.beambatch.SecretProviders;
import io.beambatch.bigquery.FakeBigQuery;
import io.beambatch.bigquery.ShopRows;
import io.beambatch.chunk.Plan;
import io.beambatch.emulator.PubSubEmulator;
import io.beambatch.job.Job;
import io.beambatch.job.JobReader;
import io.beambatch.ledger.LedgerStore.Versioned;
import io.beambatch.ledger.Ledgers;
import io.beambatch.run.Run;
import io.beambatch.run.Runs;
import io.beambatch.run.Runs.Choice;
import io.beambatch.schema.Shape;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.apache.beam.model.pipeline.v1.RunnerApi;
import org.apache.beam.runners.dataflow.util.PackageUtil.StagedFile;
import org.apache.beam.runners.dataflow.util.Stager;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.Pipeline.PipelineVisitor;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.extensions.gcp.auth.NoopCredentialFactory;
import org.apache.beam.sdk.extensions.gcp.storage.NoopPathValidator;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.options.PipelineOptionsRegistrar;
import org.apache.beam.sdk.runners.TransformHierarchy;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.ValueInSingleWindow;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.collect.ImmutableList;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Dataflow's runner makes of the graph, without Dataflow. */
@Tag("slow")
class DataflowGraphTest {
  private static final String SENTIMENT = "pipelines/sentiment.yaml";

  /** Dataflow refuses larger jobs. */
  private static final long MOST_BYTES = 20_000_000;

  @TempDir Path folder;

  /** Commands that need no options of Beam let it find none, for this whole process. */
  @BeforeAll
  static void beamKnowsAllOptions() {
    ServiceLoader.load(PipelineOptionsRegistrar.class).stream()
        .flatMap(registrar -> ImmutableList.copyOf(registrar.get().getPipelineOptions()).stream())
        .filter(options -> !PipelineOptionsFactory.getRegisteredOptions().contains(options))
        .forEach(PipelineOptionsFactory::register);
  }

  @ParameterizedTest
  @EnumSource(TemplateOptions.Mode.class)
  void hasAStageForEachStepOfTheDesign(TemplateOptions.Mode mode) throws Exception {
    submitted();

    List<String> names = names(translated(job(SENTIMENT), "--mode=" + mode));

    assertThat(names)
        .contains(
            "Shard into chunks/Plan/Pack and commit",
            "Write invalid documents/Write failures of plan",
            "Check budget 1",
            "Attempt 1/Upload/Upload parts",
            "Write/Write files",
            "Mark written/Mark");
    String[] further = {
      "Attempt 1/Join results/Join chunk",
      "Attempt 3/Upload/Upload parts",
      "Attempt 3/Join results/Join chunk",
      "Reconcile/Reconcile",
      "Fail over limit/Check"
    };
    if (mode == TemplateOptions.Mode.SUBMIT) {
      assertThat(names).doesNotContain(further);
    } else {
      assertThat(names).contains(further);
    }
  }

  @Test
  void isOneStepOverNothingForAFinishedRun() throws Exception {
    Runs runs = new Runs(folder.resolve("runs").toString(), job(SENTIMENT), Clock.systemUTC());
    runs.finish(runs.open("r1", Choice.NEW));

    assertThat(translated(job(SENTIMENT)).values())
        .extracting(step -> step.path("kind").asText())
        .containsExactly("ParallelRead");
  }

  @Test
  void readsTheSourceOfANewRun() throws Exception {
    assertThat(names(translated(job(SENTIMENT))))
        .contains(
            "Read documents/Read records/Read splits",
            "Shard into chunks/Render and write parts",
            "Shard into chunks/Plan/Gather part descriptors",
            "Shard into chunks/Plan/Pack and commit")
        // Reading split by split is for the direct runner.
        .noneMatch(name -> name.contains("Pace"));
  }

  @Test
  void gathersAllChunksByKeyBeforeTheyAreAwaited() throws Exception {
    Map<String, JsonNode> steps = translated(job(SENTIMENT));
    List<JsonNode> awaiting =
        steps.values().stream()
            .filter(step -> name(step).matches(".*/Submit and await/ParDo\\(BatchStateful\\)"))
            .toList();
    assertThat(awaiting).hasSize(3);
    assertThat(awaiting)
        .allSatisfy(step -> assertThat(inputOf(step, steps)).isEqualTo("GroupByKey"));
  }

  @Test
  void translatesForRunnerV2() throws Exception {
    pipeline(job(SENTIMENT), "--experiments=use_runner_v2", "--stagerClass=" + Kept.class.getName())
        .run();

    RunnerApi.Pipeline graph = RunnerApi.Pipeline.parseFrom(Kept.bytes);
    List<RunnerApi.PTransform> stateful =
        graph.getComponents().getTransformsMap().values().stream()
            .filter(step -> step.getUniqueName().contains("/Submit and await/"))
            .filter(step -> step.getSpec().getUrn().equals("beam:transform:pardo:v1"))
            .toList();
    assertThat(stateful).hasSize(3);
    for (RunnerApi.PTransform step : stateful) {
      RunnerApi.ParDoPayload payload =
          RunnerApi.ParDoPayload.parseFrom(step.getSpec().getPayload());
      assertThat(payload.getStateSpecsMap()).containsOnlyKeys("chunks");
      assertThat(payload.getTimerFamilySpecsMap()).hasSize(1);
    }
    assertThat(Kept.bytes.length).isLessThan((int) MOST_BYTES);
  }

  /** Keeps the graph that is staged for Runner v2. */
  public static final class Kept implements Stager {
    private static byte[] bytes = {};

    /** Called by the runner. */
    public static Kept fromOptions(PipelineOptions options) {
      return new Kept();
    }

    @Override
    public List<DataflowPackage> stageFiles(List<StagedFile> files) {
      return List.of();
    }

    @Override
    public DataflowPackage stageToFile(byte[] staged, String baseName) {
      if (baseName.equals("pipeline.pb")) {
        bytes = staged;
      }
      return new DataflowPackage().setName(baseName).setLocation("gs://kept/" + baseName);
    }
  }

  @Test
  void translatesAStream() throws Exception {
    Map<String, JsonNode> steps = translated(job(SENTIMENT, "source.watch=1m"));
    assertThat(names(steps))
        .contains(
            "Read documents/Watch files/Find new files",
            "Shard into chunks/List origins/Map",
            "Shard into chunks/Add committed plans/List plans",
            "Shard into chunks/Add committed plans/Find plans of files",
            "Attempt 1/Await batches/Submit and await",
            "Shard into chunks 2/Commit a plan for each part",
            "Reconcile/Reconcile");
    assertThat(template().path("type").asText()).isEqualTo("JOB_TYPE_STREAMING");
  }

  @Test
  void translatesAStreamOfMessages() throws Exception {
    PubSubEmulator pubsub = PubSubEmulator.start();
    String topic = pubsub.topic();
    Job job =
        job(
            SENTIMENT,
            "source={type: pubsub, subscription: " + pubsub.subscription(topic) + "}",
            "sink={type: pubsub, topic: " + topic + "}",
            "failures={topic: " + pubsub.topic() + "}");
    Map<String, JsonNode> steps = translated(job, pubsub.beamOptions());

    assertThat(names(steps))
        .contains(
            "Read documents/Fetch messages/Find new files",
            "Read documents/Locate/Map",
            "Write/Write files");
    assertThat(template().path("type").asText()).isEqualTo("JOB_TYPE_STREAMING");
    assertThat(shuffled(pipeline(job, pubsub.beamOptions())).values())
        .isSubsetOf(
            "String", "FileSplit", "PlanInput", "Chunk", "AwaitedChunk", "Integer", "ResultFile");
  }

  @ParameterizedTest
  @ValueSource(strings = {"direct", "export"})
  void readsAndLoadsTables(String method) throws Exception {
    String source =
        "source={type: bigquery, table: test-shop:data.reviews, method: " + method + "}";
    String sink = "sink={type: bigquery, table: test-shop:data.answers}";
    Map<String, JsonNode> steps;
    // The launcher looks at the tables, and the runner asks for the size.
    try (FakeBigQuery bigQuery = FakeBigQuery.start()) {
      bigQuery.create("reviews", ShopRows.columns(), ShopRows.rows(10));
      steps =
          translated(
              job(SENTIMENT, source, sink),
              "--bigQueryEndpoint=" + bigQuery.endpoint(),
              "--tempLocation=gs://a-bucket/temp");
    }

    assertThat(names(steps))
        .anyMatch(name -> name.startsWith("Read documents/Read rows/"))
        .contains("Read documents/Name documents/Name", "Write/Write files");
  }

  @ParameterizedTest
  @MethodSource("jobFiles")
  void translatesEveryShippedJob(Path file) throws Exception {
    assertThat(translated(job(file.toString()))).isNotEmpty();
  }

  static List<Path> jobFiles() throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(Path.of("pipelines"), "*.yaml")) {
      found.forEach(files::add);
    }
    assertThat(files).isNotEmpty();
    return files;
  }

  @Test
  void shufflesDescriptorsAndNeverDocuments() throws Exception {
    Map<String, String> shuffled = shuffled(pipeline(job(SENTIMENT)));

    assertThat(shuffled)
        .containsEntry("Shard into chunks/Plan/Gather part descriptors", "PlanInput")
        .containsEntry("Attempt 1/Upload/Spread over workers/Reshuffle/GroupByKey", "Chunk")
        .containsEntry("Attempt 1/Join results/Spread chunks/Reshuffle/GroupByKey", "AwaitedChunk");
    assertThat(shuffled.values())
        .isSubsetOf(
            "String",
            "FileSplit",
            "PlanInput",
            "Chunk",
            "AwaitedChunk",
            "ReusedLines",
            "Integer",
            "ResultFile");
  }

  @Test
  void shufflesNoDocumentsOfAStreamEither() throws Exception {
    assertThat(shuffled(pipeline(job(SENTIMENT, "source.watch=1m"))).values())
        .isNotEmpty()
        .isSubsetOf(
            "String", "FileSplit", "PlanInput", "Chunk", "AwaitedChunk", "Integer", "ResultFile");
  }

  /** What is grouped by key, by the names of the steps that do it: the type of the values. */
  private static Map<String, String> shuffled(Pipeline pipeline) {
    Map<String, String> types = new LinkedHashMap<>();
    pipeline.traverseTopologically(
        new PipelineVisitor.Defaults() {
          @Override
          public void visitPrimitiveTransform(TransformHierarchy.Node node) {
            if (node.getTransform() instanceof GroupByKey) {
              PCollection<?> input = (PCollection<?>) node.getInputs().values().iterator().next();
              types.put(node.getFullName(), type(input.getCoder()));
            }
          }
        });
    return types;
  }

  private static String type(Coder<?> coder) {
    Coder<?> value = ((KvCoder<?, ?>) coder).getValueCoder();
    // A reshuffle keeps the windows of what it moves.
    return value instanceof ValueInSingleWindow.Coder<?> reshuffled
        ? reshuffled
            .getCoderArguments()
            .get(0)
            .getEncodedTypeDescriptor()
            .getRawType()
            .getSimpleName()
        : value.getEncodedTypeDescriptor().getRawType().getSimpleName();
  }

  private static Job job(String file, String... overrides) throws Exception {
    return JobReader.read(file, List.of(overrides));
  }

  /** Leaves a run behind whose documents are read and packed. */
  private void submitted() throws Exception {
    Run run =
        new Runs(folder.resolve("runs").toString(), job(SENTIMENT), Clock.systemUTC())
            .open("r1", Choice.NEW);
    Ledgers.open(run.folder())
        .write(
            "plan/a1",
            Versioned.ABSENT,
            JsonMapper.builder()
                .build()
                .writeValueAsString(
                    new Plan("a1", 1, List.of(), List.of(), List.of(), Shape.NONE)));
  }

  private Pipeline pipeline(Job job, String... more) throws Exception {
    TemplateOptions options =
        options(
            Stream.concat(
                    Stream.of(
                        "--jobFile=" + SENTIMENT,
                        "--run=r1",
                        "--staging=" + folder.resolve("runs"),
                        "--apiKeySecret=projects/p/secrets/s/versions/1"),
                    Stream.of(more))
                .toArray(String[]::new));
    return FlexTemplate.pipeline(
        job, options, SecretProviders.of(job.inference(), options.getApiKeySecret()));
  }

  private TemplateOptions options(String... more) throws IOException {
    boolean hasStager = Stream.of(more).anyMatch(arg -> arg.startsWith("--stagerClass="));
    String[] args =
        Stream.of(
                Stream.of(
                    "--runner=DataflowRunner",
                    "--project=a-project",
                    "--region=europe-west1",
                    "--gcpTempLocation=gs://a-bucket/temp",
                    "--stagingLocation=gs://a-bucket/staging",
                    "--templateLocation=" + folder.resolve("template.json"),
                    "--pathValidatorClass=" + NoopPathValidator.class.getName(),
                    "--credentialFactoryClass=" + NoopCredentialFactory.class.getName(),
                    "--filesToStage=" + Files.writeString(folder.resolve("nothing.jar"), "")),
                Stream.of(more),
                hasStager
                    ? Stream.<String>of()
                    : Stream.of("--stagerClass=" + NothingStaged.class.getName()))
            .flatMap(some -> some)
            .toArray(String[]::new);
    return PipelineOptionsFactory.fromArgs(args).withValidation().as(TemplateOptions.class);
  }

  private Map<String, JsonNode> translated(Job job, String... more) throws Exception {
    pipeline(job, more).run();
    return steps();
  }

  private Map<String, JsonNode> steps() throws IOException {
    assertThat(Files.size(folder.resolve("template.json"))).isLessThan(MOST_BYTES);
    Map<String, JsonNode> steps = new LinkedHashMap<>();
    for (JsonNode step : template().path("steps")) {
      steps.put(step.path("name").asText(), step);
    }
    assertThat(steps).isNotEmpty();
    return steps;
  }

  private JsonNode template() throws IOException {
    return JsonMapper.builder().build().readTree(folder.resolve("template.json").toFile());
  }

  private static List<String> names(Map<String, JsonNode> steps) {
    return steps.values().stream().map(DataflowGraphTest::name).toList();
  }

  private static String name(JsonNode step) {
    return step.path("properties").path("user_name").path("value").asText();
  }

  private static String inputOf(JsonNode step, Map<String, JsonNode> steps) {
    String input = step.path("properties").path("parallel_input").path("step_name").asText();
    return steps.get(input).path("kind").asText();
  }
}
