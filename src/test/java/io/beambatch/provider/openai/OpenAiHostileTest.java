package io.beambatch.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchPage;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A provider that is broken, or means ill: it may fail a call, and nothing worse. */
class OpenAiHostileTest extends ProviderFixture {
  @Test
  void waitOfThirtyYearsIsRefusedWithItsNumber() {
    then(json(503, "busy", "Retry-After: 1000000000"));

    ProviderException failure = failureOf(() -> provider.get("batch_1"));

    assertThat(failure)
        .hasMessageContaining("asks to wait for 1000000000 s")
        .hasMessageContaining("600 s")
        .hasMessageContaining("run the same command again later");
    assertThat(waits).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"b\\u001b[2J", "b c", "b\\u202e", ""})
  void idThatIsNoneIsNotTaken(String id) {
    then(json(200, "{\"id\":\"" + id + "\",\"status\":\"completed\"}"));

    assertThat(failureOf(() -> provider(ONE_TRY, Duration.ofSeconds(20)).get("b")).kind())
        .isEqualTo(Kind.NO_REPLY);
  }

  @Test
  void idLeadsToNoOtherCall() throws Exception {
    then(json(200, batch("completed")));

    provider.get("../files?x=#y");

    assertThat(calls()).containsExactly("GET /v1/batches/..%2Ffiles%3Fx=%23y");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"data\":[],\"has_more\":true}",
        "{\"data\":[{\"id\":\"\"}],\"has_more\":true}",
        "{\"data\":[],\"has_more\":true,\"last_id\":\"b\"}"
      })
  void pageWithoutAnythingEndsTheListThoughItPromisesMore(String page) throws Exception {
    then(json(200, page), json(200, page));

    assertThat(provider.list("a", 100).hasMore()).isFalse();
    assertThat(provider.listFiles("a", 100).hasMore()).isFalse();
  }

  @Test
  void idsOfFilesThatSteerATerminalAreNone() throws Exception {
    then(
        json(
            200,
            "{\"id\":\"b\",\"status\":\"completed\",\"output_file_id\":\"f\\u001b[2J\","
                + "\"error_file_id\":\"f\\u202e\",\"input_file_id\":\"f g\"}"));

    Batch batch = provider.get("b");

    assertThat(batch.outputFileId()).isNull();
    assertThat(batch.errorFileId()).isNull();
    assertThat(batch.inputFileId()).isEmpty();
  }

  @Test
  void listThatIsABareArrayIsReadToItsEnd() throws Exception {
    String array = "[" + batch("completed") + "]";
    then(json(200, array), json(200, array), json(200, array), json(200, "[{\"id\":\"f\"}]"));

    assertThat(provider.list(null, 100))
        .matches(page -> page.batches().size() == 1 && !page.hasMore());
    assertThat(provider.list(null, 1)).matches(BatchPage::hasMore, "may go on");
    assertThat(provider.list("batch_1", 1)).isEqualTo(new BatchPage(List.of(), false));
    assertThat(provider.listFiles(null, 100).files()).hasSize(1);
  }
}
