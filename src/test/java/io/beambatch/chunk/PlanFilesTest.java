package io.beambatch.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.job.Limits;
import io.beambatch.schema.Shape;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanFilesTest {
  private static final Limits LIMITS = new Limits(100, 10_000, 10_000, 10_000);

  @TempDir Path temp;
  private RunFolder folder;

  @BeforeEach
  void choose() {
    folder = RunFolder.of(temp.toString(), "job", "r1");
  }

  @Test
  void numbersPlansAsTheyAreCommitted() throws IOException {
    assertThat(new FilePlans(folder).any()).isFalse();
    assertThat(plan("a", "f1", "f2").name()).isEqualTo("a1-p00000");
    assertThat(new FilePlans(folder).any()).isTrue();
    assertThat(plan("b", "f3").name()).isEqualTo("a1-p00001");
    assertThat(new FilePlans(folder).among(List.of("f1", "f3", "f4")))
        .containsExactlyInAnyOrder("f1", "f3");
    FilePlans plans = new FilePlans(folder);
    for (int look = 0; look < 2; look++) {
      assertThat(plans.holding(List.of("f2", "f1", "f4")))
          .extracting(Plan::name)
          .containsExactly("a1-p00000");
      assertThat(plans.holding(List.of("f1", "f3"))).hasSize(2);
    }
  }

  @Test
  void takesThePlanThatHoldsTheFilesAlreadyWhateverWasFoundWithThem() throws IOException {
    Plan first = plan("a", "f1", "f2");
    assertThat(plan("b", "f1", "f2")).isEqualTo(first);
    assertThat(plan("c", "f2")).isEqualTo(first);
    assertThat(PlanStore.of(folder).all()).containsExactly(first);
  }

  @Test
  void stopsRatherThanSendAFileTwice() throws IOException {
    plan("a", "f1", "f2");
    assertThatThrownBy(() -> plan("b", "f2", "f3"))
        .hasMessageContaining("of 2 files that were found together 1 are in plans already")
        .hasMessageContaining("a1-p00000");
    assertThat(new FilePlans(folder).among(List.of("f3"))).isEmpty();
  }

  @Test
  void stopsIfTheFilesAreInMoreThanOnePlan() throws IOException {
    plan("a", "f1");
    plan("b", "f2");
    assertThatThrownBy(() -> plan("c", "f1", "f2"))
        .hasMessageContaining("of 2 files that were found together 2 are in plans already")
        .hasMessageContaining("a1-p00000")
        .hasMessageContaining("a1-p00001");
    assertThat(PlanStore.of(folder).all()).hasSize(2);
  }

  @Test
  void givesEveryPlanANumberOfItsOwnWhenMoreThanOneLaunchPlans() throws Exception {
    ExecutorService launches = Executors.newFixedThreadPool(4);
    try {
      List<Future<Plan>> plans = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        String file = "f" + i % 20;
        String part = "part" + i;
        plans.add(launches.submit(() -> plan(part, file)));
      }
      for (int i = 0; i < 20; i++) {
        assertThat(plans.get(i).get()).isEqualTo(plans.get(i + 20).get());
      }
    } finally {
      launches.shutdown();
    }
    assertThat(PlanStore.of(folder).all())
        .hasSize(20)
        .allSatisfy(plan -> assertThat(plan.files()).hasSize(1));
  }

  private Plan plan(String part, String... files) throws IOException {
    return new Planner(folder, LIMITS)
        .planFiles(
            new FilePlans(folder),
            List.of(new Part(part, 1, 1, 10, 5, Map.of())),
            1,
            List.of(files),
            Shape.NONE);
  }
}
