package io.beambatch.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.emulator.PromptReplies;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.BatchProvider.Upload;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.Submission;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.junit5.StartStop;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Replies as OpenRouter's documents show them. */
class OpenRouterTest {
  private static final String BATCH =
      "{\"completion_window\":\"24h\",\"created_at\":1764237600,\"endpoint\":\"/v1/chat/completions\",\"error\":null,\"finalized_at\":null,\"id\":\"batch_1\",\"model\":\"m\",\"object\":\"batch\",\"request_counts\":{\"completed\":%d,\"failed\":0,\"total\":2},\"results\":%s,\"status\":\"%s\",\"usage\":null}";
  private static final String RESULT =
      "{\"custom_id\":\"%s\",\"error\":null,\"id\":\"r\",\"response\":{\"body\":{\"score\":0.10},\"request_id\":\"q\",\"status_code\":200}}";

  @StartStop final MockWebServer server = PromptReplies.server();
  private BatchProvider provider;

  @BeforeEach
  void connect() throws Exception {
    provider =
        OpenAiApi.OPENROUTER.connect(
            server.url("/api/v1").toString(), Map.of(), Map.of("OPENROUTER_API_KEY", "secret"));
  }

  @AfterEach
  void close() {
    provider.close();
  }

  @Test
  void sendsTheRequestsLastInTheBodyOfTheCreation() throws Exception {
    reply(202, BATCH.formatted(0, "null", "validating"));
    byte[] lines =
        "{\"custom_id\":\"a\",\"body\":{}}\n{\"custom_id\":\"b\",\"body\":{}}\n"
            .getBytes(StandardCharsets.UTF_8);

    Batch batch =
        provider.create(
            new Submission(
                "run/c-1",
                Map.of(),
                "/v1/chat/completions",
                "m\"x",
                null,
                new Upload("in.jsonl", lines.length, () -> new ByteArrayInputStream(lines)),
                2));

    assertThat(batch.status()).isEqualTo(BatchStatus.VALIDATING);
    assertThat(batch.total()).isEqualTo(2);
    assertThat(batch.hasResults()).isFalse();
    assertThat(Objects.requireNonNull(server.takeRequest().getBody()).utf8())
        .isEqualTo(
            "{\"endpoint\":\"/v1/chat/completions\",\"model\":\"m\\\"x\",\"completion_window\":\"24h\",\"requests\":[{\"custom_id\":\"a\",\"body\":{}},{\"custom_id\":\"b\",\"body\":{}}]}");
  }

  @Test
  void passesOverTheResultsInABatchAndReadsThemInPages() throws Exception {
    reply(200, BATCH.formatted(2, "[" + RESULT.formatted("a") + "]", "completed"));
    reply(
        200,
        "{\"data\":[%s],\"has_more\":true,\"next_cursor\":\"c2\",\"object\":\"list\"}"
            .formatted(RESULT.formatted("a")));
    reply(
        200,
        "{\"object\":\"list\",\"next_cursor\":null,\"has_more\":false,\"data\":[%s]}"
            .formatted(RESULT.formatted("b")));

    Batch batch = provider.get("batch_1");
    assertThat(batch.status()).isEqualTo(BatchStatus.COMPLETED);
    assertThat(batch.hasAllResults()).isTrue();
    try (InputStream results = provider.download(Objects.requireNonNull(batch.outputFileId()))) {
      assertThat(new String(results.readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo(RESULT.formatted("a") + "\n" + RESULT.formatted("b") + "\n");
    }
    server.takeRequest();
    assertThat(server.takeRequest().getTarget())
        .isEqualTo("/api/v1/batches/batch_1/results?limit=500");
    assertThat(server.takeRequest().getTarget())
        .isEqualTo("/api/v1/batches/batch_1/results?limit=500&cursor=c2");
  }

  @Test
  void takesNoPageThatBreaksOffForTheLast() throws Exception {
    reply(200, "{\"data\":[%s".formatted(RESULT.formatted("a")));
    reply(200, "{\"data\":[],\"next_cursor\":\"c\"}");
    reply(200, "{\"data\":[],\"next_cursor\":\"c\"}");

    try (InputStream results = provider.download("batch_1")) {
      assertThatThrownBy(results::readAllBytes).isInstanceOf(IOException.class);
    }
    try (InputStream results = provider.download("batch_1")) {
      assertThatThrownBy(results::readAllBytes).hasMessageContaining("lead back to an earlier one");
    }
  }

  private void reply(int status, String json) {
    server.enqueue(new MockResponse.Builder().code(status).body(json).build());
  }
}
