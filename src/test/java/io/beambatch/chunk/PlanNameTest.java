package io.beambatch.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;

class PlanNameTest {
  private static final BoundedWindow HOUR =
      new IntervalWindow(Instant.parse("2026-01-31T12:00:00Z"), Duration.standardHours(1));

  @Test
  void inputWithoutWindowsHasOnePlanAnAttempt() {
    assertThat(PlanName.of(2, GlobalWindow.INSTANCE, parts("a", "b")))
        .isEqualTo(PlanName.of(2, "a2"));
  }

  @Test
  void partsHaveTheSameNameInWhateverOrderTheyCome() {
    assertThat(PlanName.of(1, HOUR, parts("a", "b")))
        .isEqualTo(PlanName.of(1, HOUR, parts("b", "a")));
  }

  @Test
  void otherPartsHaveAnotherName() {
    assertThat(PlanName.of(1, HOUR, parts("ab", "c")).text())
        .isNotEqualTo(PlanName.of(1, HOUR, parts("a", "bc")).text());
  }

  @Test
  void aWindowIsNamedByItsBeginningInUtc() {
    PlanName name = PlanName.of(1, HOUR, parts("a"));

    assertThat(name.text()).startsWith("a1-w20260131T120000000-").matches("[A-Za-z0-9_-]{1,57}");
    assertThat(name.legacyText()).isEqualTo("a1-w20260131T120000000-80");
  }

  @Test
  void windowsOfAnyKindHavePlansOfTheirOwn() {
    BoundedWindow window = new EndOnly(Instant.parse("2026-01-31T12:59:59Z"));

    assertThat(PlanName.of(1, window, parts("a")).text()).startsWith("a1-w20260131T125959000-");
    assertThat(PlanName.of(1, window, parts("a")).text())
        .isNotEqualTo(PlanName.of(1, window, parts("b")).text());
  }

  private static List<Part> parts(String... names) {
    return Arrays.stream(names).map(name -> new Part(name, 1, 1, 10, 5, Map.of())).toList();
  }

  /** A window of somebody's own, which need not have a beginning. */
  private static final class EndOnly extends BoundedWindow {
    private final Instant end;

    EndOnly(Instant end) {
      this.end = end;
    }

    @Override
    public Instant maxTimestamp() {
      return end;
    }
  }
}
