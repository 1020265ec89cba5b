package io.beambatch.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.SafeText;
import java.util.Map;
import mockwebserver3.MockResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenAiErrorTest extends ProviderFixture {

  @ParameterizedTest
  @CsvSource({
    "401, invalid_api_key, Incorrect API key provided, UNAUTHORIZED",
    "403, unsupported_country, Country not supported, FORBIDDEN",
    "403, invalid_api_key, No such key, UNAUTHORIZED",
    "402, payment_required, Out of credit, INSUFFICIENT_QUOTA",
    "429, insufficient_quota, You exceeded your current quota, INSUFFICIENT_QUOTA",
    "400, billing_hard_limit_reached, Billing hard limit has been reached, INSUFFICIENT_QUOTA",
    "400, token_limit_exceeded, Enqueued token limit reached for m, NO_ROOM",
    "429, too_many_tasks, Too many, NO_ROOM",
    "404, not_found, No such File object: file-9, NOT_FOUND",
    "400, invalid_request, 'Cannot find file file-9, or project p does not have access to it.', FILE_NOT_READY",
    "400, invalid_value, Invalid value: '/v1/x', INVALID_REQUEST",
    "409, conflict, busy, CONFLICT",
    "413, too_large, File is too large., INVALID_REQUEST",
    "408, timeout, too slow, UNAVAILABLE",
    "429, rate_limit_exceeded, slow down, UNAVAILABLE",
    "500, server_error, oops, UNAVAILABLE",
    "503, overloaded, oops, UNAVAILABLE",
  })
  void errorsAreSortedByWhatCanBeDone(int status, String code, String message, Kind kind) {
    ProviderException failure =
        failureTo(json(status, error(code, message), "x-request-id: req_42"));

    assertThat(failure.kind()).isEqualTo(kind);
    assertThat(failure.status()).isEqualTo(status);
    assertThat(failure.code()).isEqualTo(code);
    assertThat(failure.requestId()).isEqualTo("req_42");
    assertThat(failure)
        .hasMessageContaining("POST " + baseUrl() + "/batches")
        .hasMessageContaining(String.valueOf(status))
        .hasMessageContaining(code)
        .hasMessageContaining(message)
        .hasMessageContaining("req_42");
  }

  @Test
  void refusalWithoutAReasonIsTheKeys() {
    ProviderException failure = failureTo(json(403, "{\"error\":{\"message\":\"no\"}}"));

    assertThat(failure.kind()).isEqualTo(Kind.UNAUTHORIZED);
    assertThat(failure).hasMessageContaining("check OPENAI_API_KEY");
  }

  @Test
  void typeCountsToo() {
    MockResponse reply =
        json(429, "{\"error\":{\"message\":\"m\",\"type\":\"insufficient_quota\"}}");

    assertThat(failureTo(reply).kind()).isEqualTo(Kind.INSUFFICIENT_QUOTA);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"error\":\"just words\"} | just words",
        "{\"errors\":[{\"code\":\"c\",\"message\":\"first of many\"}]} | first of many",
        "{\"detail\":\"as FastAPI says\"} | as FastAPI says",
        "{\"message\":\"at the top\"} | at the top",
        "plain text | plain text",
        "<html><head><title> Bad gateway </title></head></html> | titled 'Bad gateway'",
        "<!DOCTYPE html><p>nothing | a web page",
        "{\"error\":{\"mess | {\"error\":{\"mess",
        "[1,2] | 418",
        "{\"error\":null} | 418",
        "'' | 418",
      })
  void bodiesOfAnyShapeAreUnderstoodOrShownShort(String body, String shown) {
    ProviderException failure = failureTo(json(418, body));

    assertThat(failure.kind()).isEqualTo(Kind.INVALID_REQUEST);
    assertThat(failure).hasMessageContaining(shown);
  }

  @Test
  void hugeErrorIsCut() {
    ProviderException failure = failureTo(json(400, "x".repeat(5_000_000)));

    assertThat(failure.getMessage()).hasSizeLessThan(700).contains("xxx…");
  }

  @Test
  void longMessageIsCut() {
    ProviderException failure = failureTo(json(400, error("c", "y".repeat(3000))));

    assertThat(String.valueOf(failure.getMessage()).chars().filter(c -> c == 'y')).hasSize(499);
  }

  @Test
  void keysAreMaskedWhateverFormTheyHave() {
    ProviderException failure =
        failureTo(
            json(
                401,
                error(
                    "invalid_api_key",
                    "Incorrect API key provided: "
                        + KEY
                        + ", sk-abcd****wxyz, mykey*****9876. See https://platform.example")));

    assertThat(failure.getMessage())
        .doesNotContain("sk-", "abcd", "wxyz", "9876", "abcdefgh")
        .contains("Incorrect API key provided", "https://platform.example", "OPENAI_API_KEY");
  }

  @Test
  void keyOfAnotherFormIsMaskedToo() {
    SafeText safe = new SafeText("gsk_0123456789");

    assertThat(safe.of("bad gsk_0123456789\n\tkey")).isEqualTo("bad *** key");
    assertThat(safe.of("the task-force took a risk-free disk-image"))
        .isEqualTo("the task-force took a risk-free disk-image");
  }

  @Test
  void redirectNamesTheHostOnly() {
    ProviderException failure =
        failureTo(json(307, "", "Location: https://login.example/v1/batches?token=secret"));

    assertThat(failure.kind()).isEqualTo(Kind.INVALID_REQUEST);
    assertThat(failure)
        .hasMessageContaining("redirect to login.example")
        .hasMessageNotContaining("secret");
    assertThat(taken()).hasSize(1);
  }

  private ProviderException failureTo(MockResponse reply) {
    then(reply);
    return failureOf(() -> provider.create("file-9", "/v1/embeddings", Map.of()));
  }
}
