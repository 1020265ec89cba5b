package io.beambatch.localserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FaultTextTest {
  @Test
  void readsFaultsOfCallsBatchesAndLines() {
    assertThat(FaultText.parse("create_batch:lost_reply:1"))
        .isEqualTo(
            Faults.none().with(CallFault.first(1, "create_batch", CallFault.Kind.LOST_REPLY)));
    assertThat(FaultText.parse("*:error_500:10%"))
        .isEqualTo(Faults.none().with(CallFault.chance(0.1, "*", CallFault.Kind.ERROR_500)));
    assertThat(FaultText.parse("list_batches:rate_limit:0.25:7").calls().get(0).retryAfterSeconds())
        .isEqualTo(7);
    assertThat(FaultText.parse("batch:expire:2:0.3"))
        .isEqualTo(Faults.none().with(BatchFault.first(2, BatchFault.Kind.EXPIRE).at(0.3)));
    assertThat(FaultText.parse("batch:slow:1:700").batches().get(0).byMillis()).isEqualTo(700);
    assertThat(FaultText.parse("batch:null_output:1:5").batches().get(0).reads()).isEqualTo(5);
    assertThat(FaultText.parse("line:missing:0.5%"))
        .isEqualTo(Faults.none().with(LineFault.chance(0.005, LineFault.Kind.MISSING)));
    assertThat(FaultText.parse("line:error_400:3"))
        .isEqualTo(Faults.none().with(LineFault.first(3, LineFault.Kind.ERROR_400)));
  }

  @Test
  void hitsEverythingIfNothingIsSaid() {
    assertThat(FaultText.parse("batch:lying_counts"))
        .isEqualTo(Faults.none().with(BatchFault.chance(1, BatchFault.Kind.LYING_COUNTS)));
  }

  @ParameterizedTest
  @CsvSource({
    "create_batch,write WHERE:KIND:HOW_OFTEN",
    "creat_batch:drop:1,call must be * or one of [cancel_batch",
    "batch:explode:1,'its kind must be one of file_not_found, '",
    "line:missing:many,'many' is neither a number of hits nor a share",
    "line:missing:101%,probability must be 0 to 1",
    "line:missing:1:2,no further number",
    "batch:expire:1:half,'half' is neither",
    "batch:slow:1:soon,'soon' is not a whole number",
    "list_files:truncate:1,truncate needs call download_file",
  })
  void saysWhatItCanNotRead(String text, String problem) {
    assertThatThrownBy(() -> FaultText.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("'" + text + "' is not a fault such as create_batch:lost_reply:1")
        .hasMessageContaining(problem.strip());
  }
}
