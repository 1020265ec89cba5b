package io.beambatch.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.CollectedOutput;
import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import io.beambatch.ledger.PermanentErrors;
import io.beambatch.schema.Shape;
import io.beambatch.storage.RunFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of plans that must not be sent. */
class PlanCheckTest {
  private static final PlanCheck CHECK =
      plan -> {
        if (plan.name().equals("a1-dear")) {
          throw new UserException("it costs too much", ExitCode.OVER_BUDGET);
        }
      };

  @TempDir Path temp;

  @Test
  void endsAPipelineWhoseInputEnds() {
    assertThatThrownBy(() -> passed(IsBounded.BOUNDED, CHECK))
        .isInstanceOf(UserException.class)
        .hasMessage("it costs too much");
  }

  @Test
  void setsAPlanOfAStreamAsideAndPassesTheOthers() throws Exception {
    assertThat(passed(IsBounded.UNBOUNDED, CHECK)).containsExactly("a1-cheap", "a1-small");
    assertThat(PermanentErrors.messages(folder()))
        .isEqualTo(Map.of("a1-dear", "it costs too much"));
  }

  @Test
  void passesWhatIsNotChecked() throws Exception {
    assertThat(passed(IsBounded.BOUNDED, PlanCheck.NONE))
        .containsExactly("a1-cheap", "a1-dear", "a1-small");
  }

  /** The names of the plans that pass, of three. */
  private List<String> passed(IsBounded input, PlanCheck check) throws Exception {
    CollectedOutput<Plan> passed = new CollectedOutput<>(new ArrayList<>());
    PlanCheck.CheckFn step = new PlanCheck.CheckFn(check, PermanentErrors.of(input, folder()));
    for (String name : List.of("a1-cheap", "a1-dear", "a1-small")) {
      Plan plan = new Plan(name, 1, List.of(), List.of(), List.of(), Shape.NONE);
      step.process(plan, passed);
    }
    return passed.values().stream().map(Plan::name).toList();
  }

  private RunFolder folder() {
    return RunFolder.of(temp.toString(), "job", "r1");
  }
}
