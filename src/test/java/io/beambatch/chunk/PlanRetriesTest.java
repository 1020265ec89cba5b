package io.beambatch.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.DirectPipelines;
import io.beambatch.job.Job;
import io.beambatch.job.SmallJob;
import io.beambatch.schema.Shape;
import io.beambatch.storage.JsonCoder;
import io.beambatch.storage.RunFolder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The plan of what is sent again. */
class PlanRetriesTest {
  @TempDir Path temp;
  private Job job = SmallJob.of();
  private RunFolder folder;
  private PlanStore store;

  @BeforeEach
  void anAttemptIsPlanned() throws Exception {
    folder = RunFolder.of(temp.toString(), "job", "r1");
    store = PlanStore.of(folder);
    store.commit(
        new Plan(
            "a1",
            1,
            List.of(
                new Chunk("a1-c00000", 1, List.of(part("p0"))),
                new Chunk("a1-c00001", 1, List.of(part("p1")))),
            List.of(),
            List.of(),
            Shape.NONE));
  }

  @Test
  void isMadeOnceEveryChunkOfTheAttemptBeforeIsJoined() throws Exception {
    plan(
        IsBounded.BOUNDED,
        "a2",
        new RetryRequests("a1-c00000", part("r0")),
        new RetryRequests("a1-c00001", null));

    Plan plan = store.read("a2").orElseThrow();
    assertThat(plan.attempt()).isEqualTo(2);
    assertThat(plan.parts()).extracting(Part::name).containsExactly("r0");
    PlanRetries.commit(2, List.of(part("r0"), part("r9")), job, folder);
    assertThat(store.read("a2")).as("committed once").contains(plan);
  }

  @Test
  void waitsForTheChunksThatAreNotJoined() throws Exception {
    plan(IsBounded.BOUNDED, null, new RetryRequests("a1-c00000", part("r0")));

    assertThat(store.all()).hasSize(1);
  }

  @Test
  void isNotMadeOfNothing() throws Exception {
    plan(
        IsBounded.BOUNDED,
        null,
        new RetryRequests("a1-c00000", null),
        new RetryRequests("a1-c00001", null));

    assertThat(store.all()).hasSize(1);
  }

  @Test
  void ofAStreamIsMadeForEachPart() throws Exception {
    RetryRequests first = new RetryRequests("a1-c00000", part("r0"));
    plan(IsBounded.UNBOUNDED, "a2-r0", first, first, new RetryRequests("a1-c00001", null));

    assertThat(store.all()).extracting(Plan::name).containsExactly("a1", "a2-r0");
    assertThat(store.read("a2-r0").orElseThrow().parts()).containsExactly(part("r0"));
  }

  /** A launch that ends by itself joins what has ended by then; others bring the rest. */
  @Test
  void ofAWatchedSourceIsMadeForEachPartThoughTheLaunchEnds() throws Exception {
    job = SmallJob.of("source.watch=1m");

    plan(IsBounded.BOUNDED, "a2-r0", new RetryRequests("a1-c00000", part("r0")));

    assertThat(store.read("a2-r0").orElseThrow().attempt()).isEqualTo(2);
  }

  @Test
  void isCommittedWithoutAPipeline() throws Exception {
    PlanRetries.commit(2, List.of(part("r0"), part("r1")), job, folder);

    assertThat(store.read("a2").orElseThrow().documents()).isEqualTo(2);
  }

  /**
   * Plans the second attempt.
   *
   * @param name of the only plan that comes out, or null for none
   */
  private void plan(IsBounded bounded, String name, RetryRequests... joined) {
    Pipeline pipeline = DirectPipelines.create();
    PCollection<RetryRequests> input =
        pipeline
            .apply(Create.of(Arrays.asList(joined)).withCoder(JsonCoder.of(RetryRequests.class)))
            .setIsBoundedInternal(bounded);
    PCollection<String> names =
        input
            .apply("Plan", new PlanRetries(2, job, folder))
            .apply(MapElements.into(TypeDescriptors.strings()).via(Plan::name))
            .setIsBoundedInternal(IsBounded.BOUNDED);
    PAssert.that(names)
        .satisfies(
            found -> {
              if (name == null) {
                assertThat(found).isEmpty();
              } else {
                assertThat(found).isNotEmpty().containsOnly(name);
              }
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  private static Part part(String name) {
    return new Part(name, 1, 1, 10, 5, Map.of());
  }
}
