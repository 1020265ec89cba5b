package io.beambatch.document;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FailureCausesTest {
  @Test
  void causesThatDifferInNumbersOnlyAreOneWithTheFirstAsExample() {
    FailureCauses causes = new FailureCauses();
    causes.add(cause("the request has 300 bytes; limits.bytes allows 200", "a.jsonl:1"));
    causes.add(cause("the request has 1,400 bytes; limits.bytes allows 200", "a.jsonl:2"));
    causes.add(cause("the request has too many inputs", "a.jsonl:3"));

    assertThat(causes.commonest().get("too_large"))
        .isEqualTo(
            new FailureCause(
                FailureReason.TOO_LARGE,
                "the request has 300 bytes; limits.bytes allows 200",
                2,
                "a.jsonl:1"));
  }

  @Test
  void linesAreCountedOnThroughTheFilesOfAllParts() {
    FailureCause third = FailureCause.atLine(FailureReason.TOO_LARGE, "too large", 3);

    assertThat(third.behind(0).example()).isEqualTo("line 3 of the failures in …-unsent.jsonl");
    assertThat(third.behind(40).example()).isEqualTo("line 43 of the failures in …-unsent.jsonl");
    assertThat(third.withoutLine().example()).isEmpty();
    FailureCause place = cause("m", "a.jsonl:1");
    assertThat(place.behind(40)).isEqualTo(place);
    assertThat(place.withoutLine()).isEqualTo(place);
  }

  private static FailureCause cause(String message, String example) {
    return new FailureCause(FailureReason.TOO_LARGE, message, 1, example);
  }
}
