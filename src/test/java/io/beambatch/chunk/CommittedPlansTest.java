package io.beambatch.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.emulator.GcsEmulator;
import io.beambatch.schema.Shape;
import io.beambatch.storage.JsonCoder;
import io.beambatch.storage.RunFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommittedPlansTest {
  @TempDir Path temp;
  private RunFolder folder;
  private PlanStore store;

  @BeforeEach
  void choose() {
    folder = RunFolder.of(temp.toString(), "job", "r1");
    store = PlanStore.of(folder);
  }

  @Test
  void givesEachPlanOnceHoweverOftenItIsFound() throws Exception {
    store.commit(plan("a1-p00000", 1, "f1", "f2"));
    Plan second = store.commit(plan("a1-p00001", 1, "f3"));

    assertThatPlans(
        List.of(second), List.of("f1", "f2", "f3", "not-planned"), "a1-p00000", "a1-p00001");
  }

  @Test
  void givesPlansOfAnEarlierLaunchWhoseFilesAreGone() throws Exception {
    store.commit(plan("a1-p00000", 1, "f1"));
    store.commit(plan("a2-r0123", 2));

    assertThatPlans(List.of(), List.of(), "a1-p00000");
  }

  @Test
  void readsTwentyThousandPlansByFewCalls() throws Exception {
    List<String> names = new ArrayList<>();
    List<String> files = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      names.add(String.format("a1-p%05d", i));
      files.add("f" + i);
    }
    folder = RunFolder.of("gs://bucket/staging", "job", "r1");
    try (ListedPlans gcs = ListedPlans.start(folder, names, i -> plan(names.get(i), 1, "f" + i))) {
      GcsEmulator.use(gcs.url());
      // What a launch asks for when it looks for files, and for their plans.
      assertThat(new FilePlans(folder).among(files)).hasSize(files.size());
      assertThat(new FilePlans(folder).holding(files)).hasSize(files.size());
      assertThat(PlanStore.of(folder).allOfFirstAttempt()).hasSize(files.size());

      assertThat(gcs.calls()).isLessThan(100);
    }
  }

  @Test
  void readsNoPlanAgain() throws Exception {
    List<String> names = List.of("a1-p00000", "a1-p00001");
    folder = RunFolder.of("gs://bucket/staging", "job", "r1");
    FilePlans plans = new FilePlans(folder);
    try (ListedPlans gcs = ListedPlans.start(folder, names, i -> plan(names.get(i), 1, "f" + i))) {
      GcsEmulator.use(gcs.url());
      assertThat(plans.among(List.of("f1", "f2"))).containsExactly("f1");
      assertThat(plans.holding(List.of("f1", "f2"))).hasSize(1);

      // A look lists what is new; a plan that is known is read by itself.
      assertThat(gcs.calls()).isEqualTo(3);
    }
  }

  private void assertThatPlans(List<Plan> fresh, List<String> plannedFiles, String... names) {
    Pipeline pipeline = Pipeline.create();
    TestStream.Builder<Plan> plans = TestStream.create(JsonCoder.of(Plan.class));
    for (Plan plan : fresh) {
      plans = plans.addElements(plan);
    }
    TestStream.Builder<String> files = TestStream.create(StringUtf8Coder.of());
    if (!plannedFiles.isEmpty()) {
      // One look finds all of them.
      String[] more = plannedFiles.subList(1, plannedFiles.size()).toArray(String[]::new);
      files = files.addElements(plannedFiles.get(0), more);
    }
    PCollection<Plan> all =
        pipeline
            .apply("Plans", plans.advanceWatermarkToInfinity())
            .apply(
                new CommittedPlans(
                    pipeline.apply("Files", files.advanceWatermarkToInfinity()), folder));
    PAssert.that(all)
        .satisfies(
            found -> {
              assertThat(StreamSupport.stream(found.spliterator(), false).map(Plan::name))
                  .containsExactlyInAnyOrder(names);
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  private static Plan plan(String name, int attempt, String... files) {
    return new Plan(name, attempt, List.of(), List.of(), List.of(files), Shape.NONE);
  }
}
