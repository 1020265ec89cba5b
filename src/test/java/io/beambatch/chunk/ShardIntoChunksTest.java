package io.beambatch.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.DirectPipelines;
import io.beambatch.document.Document;
import io.beambatch.document.FailedDocument;
import io.beambatch.document.Failure;
import io.beambatch.document.FailureCause;
import io.beambatch.document.FailureReason;
import io.beambatch.job.SmallJob;
import io.beambatch.storage.RunFolder;
import java.nio.file.Path;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardIntoChunksTest {
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
    PCollectionTuple input =
        PCollectionTuple.of(ShardIntoChunks.READ, pipeline.apply("Read", Create.of(documents)))
            .and(
                ShardIntoChunks.UNREADABLE,
                pipeline.apply(
                    "Unreadable",
                    Create.of(
                        new FailedDocument(new Document("d4", "{\"_line\":\"[\"}"), failure))))
            .and(
                ShardIntoChunks.ORIGINS,
                pipeline.apply("Files", Create.of("in.jsonl").withCoder(StringUtf8Coder.of())))
            .and(
                ShardIntoChunks.PLANNED,
                pipeline.apply("Planned", Create.empty(StringUtf8Coder.of())));

    input.apply("Shard into chunks", new ShardIntoChunks(SmallJob.of("duplicates=once"), folder));
    pipeline.run().waitUntilFinish();

    Plan plan = PlanStore.of(folder).read("a1").orElseThrow();
    assertThat(plan.documents()).isEqualTo(5);
    assertThat(plan.requests()).isEqualTo(2);
    assertThat(plan.reusedLines()).as("the same as another").isEqualTo(1);
    assertThat(plan.unsent().stream().mapToLong(Part::failures).sum()).isEqualTo(2);
    assertThat(plan.causes())
        .extracting(FailureCause::reason)
        .containsOnly(FailureReason.INVALID_DOCUMENT);
  }

  /** What is committed if these files are found, with no document in them. */
  private List<Plan> plansOf(List<String> files) throws Exception {
    Pipeline pipeline = DirectPipelines.create();
    PCollectionTuple input =
        PCollectionTuple.of(ShardIntoChunks.READ, none(pipeline, Document.class))
            .and(ShardIntoChunks.UNREADABLE, none(pipeline, FailedDocument.class))
            .and(
                ShardIntoChunks.ORIGINS,
                pipeline.apply("Files", Create.of(files).withCoder(StringUtf8Coder.of())))
            .and(
                ShardIntoChunks.PLANNED,
                pipeline.apply("Planned", Create.empty(StringUtf8Coder.of())));
    input.apply("Shard into chunks", new ShardIntoChunks(SmallJob.of(), folder));
    pipeline.run().waitUntilFinish();
    return PlanStore.of(folder).all();
  }

  private static <T> PCollection<T> none(Pipeline pipeline, Class<T> type) {
    return pipeline.apply(type.getSimpleName(), Create.empty(TypeDescriptor.of(type)));
  }
}
