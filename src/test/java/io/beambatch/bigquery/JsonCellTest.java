package io.beambatch.bigquery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonCellTest {
  private final JsonCell plain = new JsonCell(RowEncoding.PLAIN);
  private final JsonCell careful = new JsonCell(RowEncoding.CAREFUL);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "12",
        "-9223372036854775808",
        "18446744073709551615",
        "0.1",
        "2.50",
        "-0.0",
        "1e300",
        "4.9E-324",
        " {\"a\" : [1, 0.30, \"18446744073709551616\", {}], \"1e999\": true} ",
        "\"Grüße 👍 1e999\""
      })
  void leavesWhatAColumnHoldsAsItIs(String json) throws IOException {
    assertThat(plain.of(json)).isEqualTo(json);
  }

  @ParameterizedTest
  @CsvSource({
    "18446744073709551616",
    "-9223372036854775809",
    "0.12345678901234567890",
    "1e400",
    "1e-400",
    "1e99999999999",
    "-1E-99999999999"
  })
  void makesATextOfANumberThatLosesDigits(String number) throws IOException {
    assertThat(plain.of(number)).isEqualTo('"' + number + '"');
    assertThat(plain.of("{\"ü👍\":[" + number + ", 1 ,0.5]}"))
        .isEqualTo("{\"ü👍\":[\"" + number + "\", 1 ,0.5]}");
  }

  @Test
  void doesNotComputeWithNumbersThatAreLong() throws IOException {
    String digits = "7".repeat(1_000_000);
    assertThat(plain.of("[" + digits + "]")).isEqualTo("[\"" + digits + "\"]");
  }

  @Test
  void makesATextOfEveryFractionIfATableDidNotTakeIt() throws IOException {
    assertThat(careful.of("{\"a\":67.174118,\"b\":[1,-2e1]}"))
        .isEqualTo("{\"a\":\"67.174118\",\"b\":[1,\"-2e1\"]}");
  }

  @Test
  void makesATextOfAValueThatIsNestedTooDeep() throws IOException {
    String most = "[".repeat(JsonCell.MOST_DEPTH) + "]".repeat(JsonCell.MOST_DEPTH);
    assertThat(plain.of(most)).isEqualTo(most);
    assertThat(plain.of("[\"x\"," + most + "]")).isEqualTo("\"[\\\"x\\\"," + most + "]\"");
  }
}
