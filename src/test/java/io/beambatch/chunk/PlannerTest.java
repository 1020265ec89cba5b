package io.beambatch.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.document.FailureReason;
import io.beambatch.job.Limits;
import io.beambatch.schema.Shape;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a plan holds, and what becomes of the parts of one that came second. */
class PlannerTest {
  private static final Limits LIMITS = new Limits(10, 10_000, 10_000, 10_000);
  private static final PlanName A1 = PlanName.of(1, "a1");

  @TempDir Path temp;
  private RunFolder folder;
  private Planner planner;

  @BeforeEach
  void aRunHasAFolder() {
    folder = RunFolder.of(temp.toString(), "job", "r1");
    planner = new Planner(folder, LIMITS);
  }

  @Test
  void numbersItsChunks() throws IOException {
    Plan plan = plan(A1, part("a", 6), part("b", 6));

    assertThat(plan.chunks()).extracting(Chunk::id).containsExactly("a1-c00000", "a1-c00001");
    assertThat(plan.chunks()).extracting(Chunk::after).containsOnlyNulls();
    assertThat(PlanStore.of(folder).read("a1")).contains(plan);
  }

  @Test
  void keepsWhatFailedBeforeItCouldBeSent() throws IOException {
    Map<FailureReason, Long> failed = Map.of(FailureReason.INVALID_DOCUMENT, 2L);
    Part second = new Part("f2", 0, 0, 0, 0, failed);
    Part first = new Part("f1", 0, 0, 0, 0, failed);

    Plan plan = plan(A1, second, part("empty", 0), part("a", 6), first);

    assertThat(plan.unsent()).containsExactly(first, second);
    assertThat(plan.documents()).isEqualTo(10);
  }

  @Test
  void isNotMadeOfPartsThatHoldTooFewDocuments() throws IOException {
    assertThatThrownBy(() -> planner.plan(A1, List.of(part("a", 6)), 7, Shape.NONE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("plan a1: 7 documents were read, but its parts hold 6; nothing was sent");
    assertThat(PlanStore.of(folder).all()).isEmpty();
  }

  @Test
  void keepsTheFirstPlanAndDeletesThePartsOfTheSecond() throws IOException {
    Plan first = plan(A1, part("a", 6));
    write("a");
    write("b");

    assertThat(plan(A1, part("b", 6))).isEqualTo(first);

    assertThat(files("b")).allSatisfy(file -> assertThat(Storage.exists(file)).isFalse());
    assertThat(files("a")).allSatisfy(file -> assertThat(Storage.exists(file)).isTrue());
  }

  @Test
  void keepsThePartsThatARepetitionBringsAgain() throws IOException {
    Plan first = plan(A1, part("a", 6));
    write("a");

    assertThat(plan(A1, part("a", 6))).isEqualTo(first);
    planner.drop(List.of(part("a", 6)));

    assertThat(files("a")).allSatisfy(file -> assertThat(Storage.exists(file)).isTrue());
  }

  @Test
  void deletesPartsThatNoPlanHolds() throws IOException {
    plan(A1, part("a", 6));
    write("b");

    planner.drop(List.of(part("b", 6)));

    assertThat(files("b")).allSatisfy(file -> assertThat(Storage.exists(file)).isFalse());
  }

  @Test
  void deletesWhatARepetitionHasChosenAnew() throws IOException {
    Plan first = choosing("1").plan(A1, List.of(part("a", 6)), 6, Shape.NONE);
    write("a");
    for (String choice : List.of("1", "2")) {
      Storage.write(folder.lines("lines" + choice), file -> file.write(1));
      Storage.write(folder.answers("answers" + choice), file -> file.write(1));
    }

    assertThat(choosing("2").plan(A1, List.of(part("a", 6)), 6, Shape.NONE)).isEqualTo(first);
    planner.drop(first.parts().toList());

    assertThat(Storage.exists(folder.lines("lines1"))).isTrue();
    assertThat(Storage.exists(folder.answers("answers1"))).isTrue();
    assertThat(Storage.exists(folder.lines("lines2"))).isFalse();
    assertThat(Storage.exists(folder.answers("answers2"))).isFalse();
    assertThat(files("a")).allSatisfy(file -> assertThat(Storage.exists(file)).isTrue());
  }

  @Test
  void deletesThePartsOfFilesThatAreInAPlanAlready() throws IOException {
    FilePlans plans = new FilePlans(folder);
    planner.planFiles(plans, List.of(part("a", 6)), 6, List.of("f1"), Shape.NONE);
    write("b");

    planner.planFiles(plans, List.of(part("b", 6)), 6, List.of("f1"), Shape.NONE);

    assertThat(files("b")).allSatisfy(file -> assertThat(Storage.exists(file)).isFalse());
  }

  @Test
  void takesThePlanThatAnEarlierVersionHasNamedOtherwise() throws IOException {
    Plan earlier = plan(PlanName.of(1, "a1-w0-legacy"), part("a", 6));
    PlanName name = new PlanName(1, "a1-w0-now", "a1-w0-legacy");

    assertThat(plan(name, part("a", 6))).isEqualTo(earlier);
    assertThat(plan(name, part("b", 6)).name()).as("of other parts").isEqualTo("a1-w0-now");
  }

  @Test
  void sendsACanaryBeforeAllOthers() throws IOException {
    Plan plan = planWithFirst(true);

    assertThat(plan.chunks())
        .extracting(Chunk::id)
        .containsExactly("a1-c00000", "a1-c00001", "a1-c00002", "a1-c00003");
    assertThat(plan.chunks()).extracting(Chunk::canary).containsExactly(true, true, false, false);
    assertThat(plan.chunks())
        .extracting(Chunk::after)
        .containsExactly(null, null, "a1-c00001", "a1-c00001");
    assertThat(plan.parts()).extracting(Part::name).containsExactly("s1", "s2", "a", "b");
    assertThat(plan.taken()).isEqualTo("--sample 5");
  }

  @Test
  void sendsWhatWarmsACacheFirstAndJudgesItNot() throws IOException {
    Plan plan = planWithFirst(false);

    assertThat(plan.chunks()).extracting(Chunk::canary).containsOnly(false);
    assertThat(plan.chunks())
        .extracting(Chunk::after)
        .containsExactly(null, null, "a1-c00001", "a1-c00001");
  }

  private Plan planWithFirst(boolean judged) throws IOException {
    planner =
        new Planner(
            folder,
            LIMITS,
            (plan, parts) ->
                new LineSelector.Selected(
                    List.of(part("s1", 6), part("s2", 6)), parts, List.of(), "--sample 5"),
            judged);
    return plan(A1, part("a", 6), part("b", 6));
  }

  @Test
  void hasNoMoreColumnsThanATableMayHave() throws Exception {
    assertThat(planner.plan(A1, List.of(part("a", 6)), 6, shape(10_000)).shape().fields())
        .hasSize(10_000);
    PlanName a2 = PlanName.of(2, "a2");
    assertThatThrownBy(() -> planner.plan(a2, List.of(part("b", 6)), 6, shape(10_001)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("more than 10000 different fields");
    assertThat(PlanStore.of(folder).read("a2")).isEmpty();
  }

  @Test
  void takesTheNextNumberIfAnotherLaunchHasCommittedMeanwhile() throws IOException {
    Plan other = ofFile("a1-p00000", "other", "f9");
    Plan mine = planMeanwhile(other, "f1");

    assertThat(mine.name()).isEqualTo("a1-p00001");
    assertThat(mine.files()).containsExactly("f1");
    assertThat(files("a")).allSatisfy(file -> assertThat(Storage.exists(file)).isTrue());
    assertThat(PlanStore.of(folder).all()).containsExactly(other, mine);
  }

  @Test
  void takesThePlanThatAnotherLaunchHasCommittedOfTheSameFileMeanwhile() throws IOException {
    Plan other = ofFile("a1-p00000", "other", "f1");

    assertThat(planMeanwhile(other, "f1")).isEqualTo(other);

    assertThat(PlanStore.of(folder).all()).containsExactly(other);
    assertThat(files("a")).allSatisfy(file -> assertThat(Storage.exists(file)).isFalse());
  }

  /** Plans part a of a file, while another launch commits its plan. */
  private Plan planMeanwhile(Plan other, String file) throws IOException {
    write("a");
    LineSelector meanwhile =
        (plan, parts) -> {
          PlanStore.of(folder).commit(other);
          return LineSelector.ALL.select(plan, parts);
        };
    return new Planner(folder, LIMITS, meanwhile, false)
        .planFiles(new FilePlans(folder), List.of(part("a", 6)), 6, List.of(file), Shape.NONE);
  }

  private static Plan ofFile(String name, String part, String file) {
    Chunk chunk = new Chunk(name + "-c00000", 1, List.of(part(part, 6)));
    return new Plan(name, 1, List.of(chunk), List.of(), List.of(file), Shape.NONE);
  }

  private static Shape shape(int fields) {
    Map<String, Shape> all = new LinkedHashMap<>();
    for (int i = 0; i < fields; i++) {
      all.put("f" + i, new Shape(Shape.Kind.LONG, false, Map.of(), null));
    }
    return new Shape(Shape.Kind.OBJECT, false, all, null);
  }

  private Plan plan(PlanName name, Part... parts) throws IOException {
    long documents = List.of(parts).stream().mapToLong(Part::documents).sum();
    return planner.plan(name, List.of(parts), documents, Shape.NONE);
  }

  /** A planner that sends five of six lines, and has files of its own for it. */
  private Planner choosing(String choice) {
    return new Planner(
        folder,
        LIMITS,
        (plan, parts) -> {
          Part.Lines lines = new Part.Lines("lines" + choice, 0, 6, 1, 0);
          Part five =
              new Part(parts.get(0).name(), 5, 5, 50, 25, Map.of(), List.of(), true, lines, 0);
          ReusedLines known =
              new ReusedLines("a1-k00000", LineUse.KNOWN, List.of(five), "answers" + choice);
          return new LineSelector.Selected(List.of(five), List.of(known), null);
        },
        false);
  }

  private static Part part(String name, int requests) {
    return new Part(name, requests, requests, 10L * requests, 5L * requests, Map.of());
  }

  private List<String> files(String part) {
    return List.of(
        folder.requests(part),
        folder.documents(part),
        folder.failures(part),
        folder.fingerprints(part));
  }

  private void write(String part) throws IOException {
    for (String file : files(part)) {
      Storage.write(file, stream -> stream.write(1));
    }
  }
}
