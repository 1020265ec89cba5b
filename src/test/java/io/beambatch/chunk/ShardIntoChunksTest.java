package io.beambatch.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.DirectPipelines;
import io.beambatch.document.Document;
import io.beambatch.document.FailedDocument;
import io.beambatch.document.Failure;
import io.beambatch.document.FailureCause;
import io.beambatch.document.FailureReason;
import io.beambatch.job.Job;
import io.beambatch.job.JobReader;
import io.beambatch.job.SmallJob;
import io.beambatch.job.Taken;
import io.beambatch.reuse.CacheFolder;
import io.beambatch.schema.Shape;
import io.beambatch.storage.RunFolder;
import java.nio.file.Path;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.joda.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShardIntoChunksTest {
  private static final String CACHED =
      """
      name: job
      source: {type: jsonl, path: in.jsonl}
      request:
        provider: anthropic
        model: claude-haiku-4-5
        cache: true
        prompt: {max_tokens: 10, system: "%s", user: "{{text}}"}
      sink: {type: jsonl, path: out}
      """;

  @TempDir Path temp;
  private RunFolder folder;

  @BeforeEach
  void choose() {
    folder = RunFolder.of(temp.toString(), "job", "r1");
  }

  @Test
  void plansFilesWithoutDocumentsSoThatTheyAreNotReadAgain() throws Exception {
    assertThat(plansOf(List.of("empty.jsonl", "empty-too.jsonl")))
        .singleElement()
        .satisfies(plan -> assertThat(plan.documents()).isZero());
  }

  @Test
  void plansNothingIfTheRunnerLostTheBeginningOfTheSource() throws Exception {
    assertThat(plansOf(List.of())).isEmpty();
  }

  @Test
  void plansEachDocumentOnceWhetherItIsSentOrNot() throws Exception {
    Pipeline pipeline = DirectPipelines.create();
    List<Document> documents =
        List.of(
            new Document("d0", "{\"text\":\"a\"}"),
            new Document("d1", "{\"text\":\"b\"}"),
            new Document("d2", "{\"text\":\"a\"}"),
            new Document("d3", "{}"));
    Failure failure = Failure.unsent(FailureReason.INVALID_DOCUMENT, "it is no object");
    FailedDocument unreadable =
        new FailedDocument(new Document("d4", "{\"_line\":\"[\"}"), failure);
    PCollectionTuple input = read(pipeline, documents, List.of(unreadable), List.of("in.jsonl"));

    Job job = SmallJob.of("duplicates=once", "sink.type=csv");
    input.apply("Shard into chunks", new ShardIntoChunks(job, folder));
    pipeline.run().waitUntilFinish();

    Plan plan = PlanStore.of(folder).read("a1").orElseThrow();
    assertThat(plan.documents()).isEqualTo(5);
    assertThat(plan.requests()).isEqualTo(2);
    assertThat(plan.reusedLines()).as("the same as another").isEqualTo(1);
    assertThat(plan.unsent().stream().mapToLong(Part::failures).sum()).isEqualTo(2);
    assertThat(plan.causes())
        .extracting(FailureCause::reason)
        .containsOnly(FailureReason.INVALID_DOCUMENT);
    assertThat(plan.causes())
        .as("no field gives ids")
        .extracting(FailureCause::example)
        .containsExactlyInAnyOrder("document d3", "document d4");
    assertThat(plan.shape().fields()).as("the columns").containsOnlyKeys("text");
  }

  /** A duplicate in a later window could not be answered by the one that is sent. */
  @ParameterizedTest
  @CsvSource({"duplicates=once, ''", "source.watch=1m, 'new.jsonl,newer.jsonl'"})
  void sendsEveryDocumentOfAStreamAndAddsTheCommittedPlans(String override, String files)
      throws Exception {
    Plan known =
        PlanStore.of(folder)
            .commit(
                new Plan("a1-p00000", 1, List.of(), List.of(), List.of("old.jsonl"), Shape.NONE));
    Pipeline pipeline = DirectPipelines.create();
    List<Document> documents =
        List.of(
            new Document("d0", "{\"text\":\"a\"}"),
            new Document("d1", "{\"text\":\"a\"}"),
            new Document("d2", "{}"));
    PCollectionTuple input =
        PCollectionTuple.of(ShardIntoChunks.READ, stream(pipeline, "Read", Create.of(documents)))
            .and(
                ShardIntoChunks.UNREADABLE,
                stream(
                    pipeline,
                    "Unreadable",
                    Create.of(List.<FailedDocument>of())
                        .withType(TypeDescriptor.of(FailedDocument.class))))
            .and(
                ShardIntoChunks.ORIGINS,
                stream(pipeline, "Files", Create.of("new.jsonl", "newer.jsonl")))
            .and(ShardIntoChunks.PLANNED, pipeline.apply("Planned", Create.of("old.jsonl")));

    PCollection<Plan> plans =
        input.apply("Shard into chunks", new ShardIntoChunks(SmallJob.of(override), folder));
    PAssert.that(
            plans
                .apply(MapElements.into(TypeDescriptors.strings()).via(Plan::name))
                .setIsBoundedInternal(IsBounded.BOUNDED))
        .satisfies(
            names -> {
              assertThat(names).hasSize(2).contains("a1-p00000").doesNotHaveDuplicates();
              return null;
            });
    pipeline.run().waitUntilFinish();

    assertThat(PlanStore.of(folder).all()).hasSize(2).startsWith(known);
    Plan plan = PlanStore.of(folder).all().get(1);
    assertThat(String.join(",", plan.files())).isEqualTo(files);
    assertThat(plan.requests()).isEqualTo(2);
    assertThat(plan.documents()).isEqualTo(3);
  }

  /** Each needs the fingerprints of requests, even where duplicates are bought. */
  @Test
  void takesSomeOfTheDocumentsAndLooksUpTheirAnswers() throws Exception {
    List<Document> documents =
        List.of(
            new Document("d0", "{\"text\":\"a\"}"),
            new Document("d1", "{\"text\":\"a\"}"),
            new Document("d2", "{\"text\":\"b\"}"));
    Pipeline some = DirectPipelines.create();
    read(some, documents, List.of(), List.of("in.jsonl"))
        .apply(new ShardIntoChunks(SmallJob.of().over(new Taken(2, false)), folder));
    some.run().waitUntilFinish();

    Plan plan = PlanStore.of(folder).read("a1").orElseThrow();
    assertThat(plan.requests()).isEqualTo(2);
    assertThat(plan.taken()).isEqualTo("--limit 2");

    RunFolder another = RunFolder.of(temp.toString(), "job", "r2");
    Pipeline cached = DirectPipelines.create();
    read(cached, documents, List.of(), List.of("in.jsonl"))
        .apply(new ShardIntoChunks(SmallJob.of("cache.path=" + temp + "/cache"), another));
    cached.run().waitUntilFinish();

    assertThat(PlanStore.of(another).read("a1").orElseThrow().requests()).isEqualTo(3);
    assertThat(new CacheFolder(temp + "/cache").contents().lookups())
        .containsExactly(new CacheFolder.Lookup("r2", 3, 0));
  }

  @ParameterizedTest
  @CsvSource({"'', false", "canary.documents=1, true"})
  void warmsACacheByOneRequestUnlessACanaryDoes(String canary, boolean isCanary) throws Exception {
    Pipeline pipeline = DirectPipelines.create();
    List<Document> documents =
        List.of(
            new Document("d0", "{\"text\":\"a\"}"),
            new Document("d1", "{\"text\":\"b\"}"),
            new Document("d2", "{\"text\":\"c\"}"));
    Job job =
        JobReader.parse(
            "job.yaml",
            CACHED.formatted("Judge fairly. ".repeat(3_000)),
            canary.isEmpty() ? List.of() : List.of(canary));

    read(pipeline, documents, List.of(), List.of("in.jsonl"))
        .apply("Shard into chunks", new ShardIntoChunks(job, folder));
    pipeline.run().waitUntilFinish();

    Plan plan = PlanStore.of(folder).read("a1").orElseThrow();
    assertThat(plan.chunks()).extracting(Chunk::requests).containsExactly(1, 2);
    assertThat(plan.chunks()).extracting(Chunk::canary).containsExactly(isCanary, false);
    assertThat(plan.chunks()).extracting(Chunk::after).containsExactly(null, "a1-c00000");
  }

  @Test
  void leavesNoPartsOfABundleThatFails() {
    StringBuilder wide = new StringBuilder("{\"text\":\"a\"");
    for (int i = 0; i <= Shape.MOST_IN_ALL; i++) {
      wide.append(",\"f").append(i).append("\":1");
    }
    Pipeline pipeline = DirectPipelines.create();
    PCollectionTuple input =
        read(
            pipeline,
            List.of(new Document("d0", wide.append('}').toString())),
            List.of(),
            List.of("in.jsonl"));
    input.apply("Shard into chunks", new ShardIntoChunks(SmallJob.of("sink.type=csv"), folder));

    assertThatThrownBy(() -> pipeline.run().waitUntilFinish())
        .hasMessageContaining("more than 10000 different fields");
    assertThat(temp.resolve("job/r1/parts")).isEmptyDirectory();
  }

  /** What is committed if these files are found, with no document in them. */
  private List<Plan> plansOf(List<String> files) throws Exception {
    Pipeline pipeline = DirectPipelines.create();
    PCollectionTuple input = read(pipeline, List.of(), List.of(), files);
    input.apply("Shard into chunks", new ShardIntoChunks(SmallJob.of(), folder));
    pipeline.run().waitUntilFinish();
    return PlanStore.of(folder).all();
  }

  /** What a source gives whose documents end. */
  private static PCollectionTuple read(
      Pipeline pipeline,
      List<Document> documents,
      List<FailedDocument> unreadable,
      List<String> files) {
    return PCollectionTuple.of(
            ShardIntoChunks.READ,
            pipeline.apply(
                "Read", Create.of(documents).withType(TypeDescriptor.of(Document.class))))
        .and(
            ShardIntoChunks.UNREADABLE,
            pipeline.apply(
                "Unreadable",
                Create.of(unreadable).withType(TypeDescriptor.of(FailedDocument.class))))
        .and(
            ShardIntoChunks.ORIGINS,
            pipeline.apply("Files", Create.of(files).withCoder(StringUtf8Coder.of())))
        .and(
            ShardIntoChunks.PLANNED, pipeline.apply("Planned", Create.empty(StringUtf8Coder.of())));
  }

  private static <T> PCollection<T> stream(
      Pipeline pipeline, String name, Create.Values<T> values) {
    return pipeline
        .apply(name, values)
        .apply("Window " + name, Window.into(FixedWindows.of(Duration.standardHours(1))))
        .setIsBoundedInternal(IsBounded.UNBOUNDED);
  }
}
