package io.beambatch.localserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.MovableClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Batches move through their states as the clock says, and lose no line on the way. */
class LifecycleTest {
  private static final int LINES = 1_000;

  private final MovableClock clock = new MovableClock();
  private @TempDir Path dir;
  private LocalServer server;
  private RawClient client;

  @BeforeEach
  void start() throws IOException {
    server = LocalServer.start(settings());
    client = new RawClient(server);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  @Test
  void movesFromStateToStateWhileItsCountsGrow() throws Exception {
    String id = create();
    assertThat(client.get("/batches/" + id).json().get("status").asText()).isEqualTo("validating");

    clock.advance(Duration.ofSeconds(5));
    JsonNode started = client.await(id, "in_progress");
    assertThat(started.at("/request_counts/total").asInt()).isEqualTo(LINES);
    clock.advance(Duration.ofSeconds(34));
    awaitCompleted(id, 400);
    assertThat(client.get("/batches/" + id).json().get("output_file_id").isNull()).isTrue();
    clock.advance(Duration.ofSeconds(51));
    client.await(id, "finalizing");
    clock.advance(Duration.ofSeconds(10));
    JsonNode batch = client.await(id, "completed");

    assertThat(batch.get("in_progress_at").asLong() - batch.get("created_at").asLong())
        .isEqualTo(5);
    assertThat(batch.get("completed_at").asLong() - batch.get("created_at").asLong())
        .isEqualTo(100);
    assertThat(batch.at("/request_counts/completed").asInt()).isEqualTo(LINES);
    assertThat(batch.get("error_file_id").isNull()).isTrue();
    assertThat(client.results(batch, "output_file_id")).hasSize(LINES);
  }

  @Test
  void doesNotKeepTheInputsOrder() throws Exception {
    String id = begun();
    clock.advance(Duration.ofSeconds(95));
    List<String> ids =
        client.lines(client.await(id, "completed"), "output_file_id").stream()
            .map(line -> line.replaceAll(".*\"custom_id\":\"([^\"]*)\".*", "$1"))
            .toList();

    assertThat(ids).doesNotHaveDuplicates().hasSize(LINES);
    assertThat(ids.subList(0, 5)).isNotEqualTo(List.of("r-0", "r-1", "r-2", "r-3", "r-4"));
  }

  @Test
  void keepsWhatWasAnsweredWhenItIsCancelled() throws Exception {
    String id = begun();
    clock.advance(Duration.ofSeconds(34));
    awaitCompleted(id, 400);

    JsonNode cancelling = client.post("/batches/" + id + "/cancel", "").json();
    assertThat(cancelling.get("status").asText()).isEqualTo("cancelling");
    assertThat(cancelling.get("cancelling_at").isNumber()).isTrue();
    clock.advance(Duration.ofSeconds(5));
    JsonNode batch = client.await(id, "cancelled");

    assertSplit(batch, 400, "batch_cancelled");
    assertThat(client.post("/batches/" + id + "/cancel", "").status()).isEqualTo(200);
  }

  @Test
  void keepsWhatWasAnsweredWhenItExpires() throws Exception {
    String id = begun();
    clock.advance(Duration.ofSeconds(17));
    awaitCompleted(id, 200);

    clock.advance(Duration.ofDays(1));
    JsonNode batch = client.await(id, "expired");

    assertSplit(batch, 200, "batch_expired");
    assertThat(batch.at("/usage/output_tokens").asLong()).isPositive();
  }

  @Test
  void cancelsBeforeAnythingWasAnswered() throws Exception {
    String id = create();
    client.post("/batches/" + id + "/cancel", "");
    clock.advance(Duration.ofSeconds(5));
    JsonNode batch = client.await(id, "cancelled");

    assertThat(batch.get("output_file_id").isNull()).isTrue();
    assertThat(batch.get("error_file_id").isNull()).isTrue();
  }

  @Test
  void goesOnWhereItStoppedWhenTheServerIsStartedAgain() throws Exception {
    String waiting = create();
    clock.advance(Duration.ofSeconds(5));
    client.await(waiting, "in_progress");
    clock.advance(Duration.ofSeconds(34));
    awaitCompleted(waiting, 400);
    String fresh = create();

    server.close();
    start();

    assertThat(client.get("/batches").json().get("data")).hasSize(2);
    awaitCompleted(waiting, 400);
    clock.advance(Duration.ofSeconds(5));
    client.await(fresh, "in_progress");
    clock.advance(Duration.ofSeconds(96));
    JsonNode batch = client.await(waiting, "completed");
    assertThat(client.results(batch, "output_file_id")).hasSize(LINES);
    assertThat(client.results(client.await(fresh, "completed"), "output_file_id")).hasSize(LINES);
  }

  @Test
  void goesOnWithABatchThatItWasBusyWithWhenItWasClosed() throws Exception {
    server.close();
    LocalServerSettings fast = LocalServerSettings.defaults().withDir(dir);
    server = LocalServer.start(fast);
    client = new RawClient(server);
    String id = create(20_000);
    client.await(id, "in_progress", "finalizing", "completed");
    server.close();

    server = LocalServer.start(fast);
    client = new RawClient(server);
    JsonNode batch = client.await(id);

    assertThat(batch.get("status").asText()).isEqualTo("completed");
    assertThat(client.results(batch, "output_file_id")).hasSize(20_000);
    assertThat(server.timesAnswered()).hasSize(20_000).containsValue(1).doesNotContainValue(2);
  }

  /** What a crash leaves behind: states that lag behind the files. */
  @Test
  void goesOnAfterACrash(@TempDir Path copy) throws Exception {
    String id = begun();
    clock.advance(Duration.ofSeconds(34));
    awaitCompleted(id, 400);
    copy(dir.resolve("batches"), copy.resolve("batches"));
    clock.advance(Duration.ofSeconds(17));
    awaitCompleted(id, 600);
    Files.copy(
        dir.resolve("batches").resolve(id + ".output"),
        copy.resolve("batches").resolve(id + ".output"),
        StandardCopyOption.REPLACE_EXISTING);
    copy(dir.resolve("files"), copy.resolve("files"));

    clock.advance(Duration.ofSeconds(100));
    try (LocalServer second = LocalServer.start(settings().withDir(copy))) {
      RawClient other = new RawClient(second);
      assertThat(other.results(other.await(id), "output_file_id")).hasSize(LINES);
      assertThat(second.timesAnswered()).hasSize(LINES).doesNotContainValue(2);
    }
  }

  @Test
  void countsTokensAgainstTheLimitUntilTheBatchHasEnded() throws Exception {
    server.close();
    server = LocalServer.start(settings().withEnqueuedTokenLimit(15_000));
    client = new RawClient(server);
    String first = create();
    clock.advance(Duration.ofSeconds(5));
    client.await(first, "in_progress");

    String second = create();
    clock.advance(Duration.ofSeconds(5));
    assertThat(client.await(second).at("/errors/data/0/code").asText())
        .isEqualTo("token_limit_exceeded");

    clock.advance(Duration.ofSeconds(95));
    client.await(first, "completed");
    String third = create();
    clock.advance(Duration.ofSeconds(5));
    client.await(third, "in_progress");
  }

  @Test
  void deletesResultFilesWhenTheirTimeIsUp() throws Exception {
    String file = client.upload(Lines.chats(2));
    JsonNode created =
        client
            .post(
                "/batches",
                "{\"input_file_id\":\"%s\",\"endpoint\":\"%s\",\"completion_window\":\"24h\",\"output_expires_after\":{\"anchor\":\"created_at\",\"seconds\":3600}}"
                    .formatted(file, Lines.CHAT))
            .json();
    String id = created.get("id").asText();
    clock.advance(Duration.ofSeconds(5));
    client.await(id, "in_progress");
    clock.advance(Duration.ofSeconds(95));
    String output = client.await(id, "completed").get("output_file_id").asText();

    assertThat(client.get("/files/" + output).status()).isEqualTo(200);
    clock.advance(Duration.ofHours(1));
    assertThat(client.get("/files/" + output).status()).isEqualTo(404);
    assertThat(client.get("/files/" + file).status()).isEqualTo(200);
    clock.advance(Duration.ofDays(30));
    assertThat(client.get("/files/" + file + "/content").status()).isEqualTo(404);
  }

  private LocalServerSettings settings() {
    return LocalServerSettings.defaults()
        .withDir(dir)
        .withClock(clock)
        .withLatency(Duration.ofSeconds(100));
  }

  /** A batch that has been validated, of which nothing is answered yet. */
  private String begun() throws IOException, InterruptedException {
    String id = create();
    clock.advance(Duration.ofSeconds(5));
    client.await(id, "in_progress");
    return id;
  }

  private String create() throws IOException, InterruptedException {
    return create(LINES);
  }

  private String create(int lines) throws IOException, InterruptedException {
    return client.create(client.upload(Lines.chats(lines)), Lines.CHAT).json().get("id").asText();
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> paths = Files.list(from)) {
      for (Path path : paths.toList()) {
        Files.copy(path, to.resolve(path.getFileName()));
      }
    }
  }

  private void awaitCompleted(String id, int count) throws IOException, InterruptedException {
    JsonNode batch = client.await(id, "in_progress");
    while (batch.at("/request_counts/completed").asInt() < count) {
      batch = client.await(id, "in_progress");
    }
    assertThat(batch.at("/request_counts/completed").asInt()).isEqualTo(count);
  }

  private void assertSplit(JsonNode batch, int answered, String code)
      throws IOException, InterruptedException {
    Map<String, JsonNode> output = client.results(batch, "output_file_id");
    Map<String, JsonNode> errors = client.results(batch, "error_file_id");
    assertThat(output).hasSize(answered);
    assertThat(errors.values())
        .allSatisfy(
            line -> {
              assertThat(line.get("response").isNull()).isTrue();
              assertThat(line.at("/error/code").asText()).isEqualTo(code);
            });
    Set<String> all = new HashSet<>(output.keySet());
    all.addAll(errors.keySet());
    assertThat(new TreeSet<>(all)).hasSize(LINES);
    assertThat(output.size() + errors.size()).isEqualTo(LINES);
  }
}
