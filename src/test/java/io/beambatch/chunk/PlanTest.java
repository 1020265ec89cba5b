package io.beambatch.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.document.FailureCause;
import io.beambatch.document.FailureReason;
import io.beambatch.schema.Shape;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The numbers of a plan: what is sent, what is not, and why. */
class PlanTest {
  private final Part whole = new Part("whole", 6, 12, 600, 60, Map.of());

  /** Of nine lines, four are sent, two have known answers, and one waits for another's. */
  private final Part reduced =
      new Part(
          "reduced",
          4,
          8,
          400,
          40,
          Map.of(),
          List.of(),
          true,
          new Part.Lines("lines", 0, 9, 2, 1),
          0);

  @Test
  void countsWhatIsSentAndWhatIsNot() {
    Plan plan =
        new Plan(
            "a1",
            1,
            List.of(
                new Chunk("a1-c00000", 1, List.of(whole)),
                new Chunk("a1-c00001", 1, List.of(reduced))),
            List.of(failures("f1", 3)),
            List.of(),
            Shape.NONE,
            List.of(
                new ReusedLines("a1-k00000", LineUse.KNOWN, List.of(reduced), "answers"),
                new ReusedLines("a1-d00000", LineUse.DUPLICATE, List.of(reduced), null)),
            null);

    assertThat(plan.parts()).extracting(Part::name).containsExactly("whole", "reduced", "f1");
    assertThat(plan.requests()).isEqualTo(10);
    assertThat(plan.bytes()).isEqualTo(1_000);
    assertThat(plan.tokens()).isEqualTo(100);
    assertThat(plan.reusedLines()).isEqualTo(3);
    assertThat(plan.known()).extracting(ReusedLines::id).containsExactly("a1-k00000");
    assertThat(plan.documents()).as("without those that are left out").isEqualTo(16);
  }

  @Test
  void knowsTheLinesOfItsPartsThatAreNotSent() {
    assertThat(whole.allLines()).isEqualTo(6);
    assertThat(reduced.allLines()).isEqualTo(9);
    assertThat(reduced.reused()).isEqualTo(3);
    assertThat(reduced.documents()).isEqualTo(7);
    for (LineUse use : LineUse.values()) {
      assertThat(ReusedLines.count(whole, use)).as("%s, all are sent", use).isZero();
      assertThat(LineUse.of(use.code())).isEqualTo(use);
    }
    assertThat(ReusedLines.count(reduced, LineUse.KNOWN)).isEqualTo(2);
    assertThat(ReusedLines.count(reduced, LineUse.DUPLICATE)).isEqualTo(1);
    assertThat(ReusedLines.count(reduced, LineUse.AWAITED)).isZero();
  }

  @Test
  void namesTheLineOfEachFailureInTheFileOfAll() {
    Plan plan =
        new Plan(
            "a1",
            1,
            List.of(),
            List.of(failures("f1", 3), failures("f2", 2), failures("f3", 1)),
            List.of(),
            Shape.NONE);

    assertThat(plan.causes())
        .extracting(FailureCause::example)
        .containsExactly(
            "line 1 of the failures in …-unsent.jsonl",
            "line 4 of the failures in …-unsent.jsonl",
            "line 6 of the failures in …-unsent.jsonl");
    assertThat(plan.documents()).isEqualTo(6);
    assertThat(plan.requests()).isZero();
  }

  /** A part of failures whose first one is the example. */
  private static Part failures(String name, long failed) {
    FailureReason reason = FailureReason.INVALID_DOCUMENT;
    return new Part(
        name,
        0,
        0,
        0,
        0,
        Map.of(reason, failed),
        List.of(FailureCause.atLine(reason, "no text", 1)));
  }
}
