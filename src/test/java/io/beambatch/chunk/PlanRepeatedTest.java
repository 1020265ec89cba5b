package io.beambatch.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.DirectPipelines;
import io.beambatch.document.FailureReason;
import io.beambatch.job.Limits;
import io.beambatch.storage.JsonCoder;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The step that plans bounded input when a runner repeats it, after a crash in a later step. */
class PlanRepeatedTest {
  private static final Limits LIMITS = new Limits(100, 10_000, 10_000, 10_000);

  @TempDir Path temp;
  private RunFolder folder;

  @BeforeEach
  void choose() {
    folder = RunFolder.of(temp.toString(), "job", "r1");
  }

  @Test
  void keepsThePartsThatItCommittedAndDropsThoseOfAnotherReading() throws Exception {
    List<PlanInput> first = read("a", "b");
    plan(first, "a1");
    plan(first, "a1");
    plan(read("c", "d"), "a1");

    assertThat(PlanStore.of(folder).all()).hasSize(1);
    assertThat(Storage.exists(folder.requests("a"))).isTrue();
    assertThat(Storage.exists(folder.documents("a"))).isTrue();
    assertThat(Storage.exists(folder.failures("b"))).isTrue();
    assertThat(Storage.exists(folder.requests("c"))).isFalse();
    assertThat(Storage.exists(folder.failures("d"))).isFalse();
  }

  /** A launch that ends by itself also reads the files of a watched source that are new. */
  @Test
  void plansFilesThatNoPlanHoldsAndGivesAllPlans() throws Exception {
    List<PlanInput> first = new ArrayList<>(read("a", "b"));
    first.add(PlanInput.ofFile("f1"));
    plan(first, "a1-p00000");
    plan(first, "a1-p00000");
    List<PlanInput> second = new ArrayList<>(read("c", "d"));
    second.add(PlanInput.ofFile("f2"));
    plan(second, "a1-p00000", "a1-p00001");

    assertThat(PlanStore.of(folder).all()).extracting(Plan::documents).containsExactly(2L, 2L);
    assertThat(Storage.exists(folder.requests("a"))).isTrue();
    assertThat(Storage.exists(folder.requests("c"))).isTrue();
  }

  /** A reading that has written one part of requests and one of failures. */
  private List<PlanInput> read(String requests, String failures) throws Exception {
    for (String file :
        List.of(folder.requests(requests), folder.documents(requests), folder.failures(failures))) {
      Storage.write(file, out -> out.write('x'));
    }
    return List.of(
        PlanInput.ofOrigin(),
        PlanInput.ofRead(2),
        PlanInput.of(new Part(requests, 1, 1, 1, 1, Map.of())),
        PlanInput.of(new Part(failures, 0, 0, 0, 0, Map.of(FailureReason.INVALID_DOCUMENT, 1L))));
  }

  /**
   * Plans what was read.
   *
   * @param names of the plans that come out
   */
  private void plan(List<PlanInput> input, String... names) {
    Pipeline pipeline = DirectPipelines.create();
    PCollection<Plan> plans =
        pipeline
            .apply(Create.of(input).withCoder(JsonCoder.of(PlanInput.class)))
            .apply(new PlanChunks(1, folder, LIMITS, LineSelector.ALL));
    PAssert.that(plans.apply(MapElements.into(TypeDescriptors.strings()).via(Plan::name)))
        .containsInAnyOrder(names);
    pipeline.run().waitUntilFinish();
  }
}
