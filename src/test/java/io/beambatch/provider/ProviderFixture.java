package io.beambatch.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A provider before a scripted server, which waits in no time. */
abstract class ProviderFixture {
  static final String KEY = "sk-proj-abcdefghijklmnop";
  static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
  static final String BATCH =
      "{\"id\":\"batch_1\",\"object\":\"batch\",\"endpoint\":\"/v1/chat/completions\","
          + "\"errors\":null,\"input_file_id\":\"file-in\",\"completion_window\":\"24h\","
          + "\"status\":\"%s\",\"output_file_id\":null,\"error_file_id\":null,"
          + "\"created_at\":1711471533,\"request_counts\":{\"total\":3,\"completed\":2,"
          + "\"failed\":1},\"metadata\":{\"chunk\":\"c-1\"}}";

  final List<Duration> waits = new CopyOnWriteArrayList<>();
  ScriptedServer server;
  OpenAiProvider provider;

  @BeforeEach
  void start() throws IOException {
    server = new ScriptedServer();
    provider = provider(Backoff.DEFAULT, Duration.ofSeconds(20));
  }

  @AfterEach
  void stop() throws IOException {
    provider.close();
    server.close();
  }

  /** Another one, before the same server. */
  OpenAiProvider provider(Backoff backoff, Duration timeout) {
    return new OpenAiProvider(
        settings(server.baseUrl(), backoff, timeout), Clock.fixed(NOW, ZoneOffset.UTC), waits::add);
  }

  static OpenAiSettings settings(String baseUrl, Backoff backoff, Duration timeout) {
    return new OpenAiSettings(
        URI.create(baseUrl), KEY, null, null, timeout, timeout, timeout, backoff);
  }

  static String batch(String status) {
    return String.format(BATCH, status);
  }

  static String error(String code, String message) {
    return "{\"error\":{\"message\":\""
        + message
        + "\",\"type\":\"t\",\"param\":null,\"code\":\""
        + code
        + "\"}}";
  }

  static ProviderException failureOf(ThrowingCallable call) {
    ProviderException failure = catchThrowableOfType(ProviderException.class, call);
    assertThat(failure).as("the call's exception").isNotNull();
    return failure;
  }
}
