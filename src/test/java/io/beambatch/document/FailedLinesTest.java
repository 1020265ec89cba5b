package io.beambatch.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FailedLinesTest {
  private static final String UNSENT =
      "\"_failure\":{\"reason\":\"too_large\",\"message\":\"It is \\\"large\\\".\",\"attempts\":0,"
          + "\"batch_id\":null,\"request_id\":null}}\n";

  @Test
  void failureStandsAtTheEndOfTheUnchangedDocument() throws Exception {
    assertThat(failed("{ \"a\": 1.0, \"é\":\"\\u00e9\" }"))
        .isEqualTo("{ \"a\": 1.0, \"é\":\"\\u00e9\" ," + UNSENT);
  }

  @Test
  void failureIsTheOnlyFieldOfAnEmptyDocument() throws Exception {
    assertThat(failed("{}")).isEqualTo("{" + UNSENT);
    assertThat(failed(" { } \r")).isEqualTo(" { " + UNSENT);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"_failure\":{\"reason\":\"x\"}} | {",
        "{\"_failure\":1,\"a\":2} | {\"a\":2,",
        "{\"a\":2, \"_failure\" : [1,{}] } | {\"a\":2,",
        "{\"a\":{\"_failure\":1}, \"b\":-0.0} | {\"a\":{\"_failure\":1}, \"b\":-0.0,",
        "{\"a\":\"_failure\",\"_failure\":null,\"b\": \"c\"} | {\"a\":\"_failure\",\"b\": \"c\",",
        "{\"_failure\": not json} | {\"_failure\": not json,"
      })
  void failureOfAnEarlierRunIsReplaced(String document, String head) throws Exception {
    assertThat(failed(document)).isEqualTo(head + UNSENT);
  }

  @Test
  void partOfAnAnswerIsKept() throws Exception {
    Failure failure =
        new Failure(FailureReason.TRUNCATED, "It was cut.", 2, "batch_1", "req_1", "begun\n\ud83d");

    assertThat(line("{}", failure))
        .isEqualTo(
            "{\"_failure\":{\"reason\":\"truncated\",\"message\":\"It was cut.\",\"attempts\":2,"
                + "\"batch_id\":\"batch_1\",\"request_id\":\"req_1\",\"partial\":\"begun\\n\ufffd\"}}\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "}", "[1]", "secret", "{\"secret\":1"})
  void documentThatIsNoObjectIsAnErrorWithoutItsContents(String document) {
    assertThatThrownBy(() -> failed(document))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(document.length() + " bytes")
        .hasMessageNotContaining("secret");
  }

  private static String failed(String document) throws IOException {
    return line(document, Failure.unsent(FailureReason.TOO_LARGE, "It is \"large\"."));
  }

  private static String line(String document, Failure failure) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    FailedLines.write(out, new FailedDocument(new Document("id", document), failure));
    return out.toString(StandardCharsets.UTF_8);
  }
}
