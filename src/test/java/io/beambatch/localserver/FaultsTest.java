package io.beambatch.localserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.localserver.RawClient.Reply;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every fault does what its name says, and nothing else. */
class FaultsTest {
  /** What a result line shows of a fault. */
  private static final Map<LineFault.Kind, String> NAMES =
      new EnumMap<>(
          Map.ofEntries(
              Map.entry(LineFault.Kind.ERROR_400, "400"),
              Map.entry(LineFault.Kind.ERROR_429, "429"),
              Map.entry(LineFault.Kind.ERROR_500, "500"),
              Map.entry(LineFault.Kind.NO_QUOTA, "429 insufficient_quota"),
              Map.entry(LineFault.Kind.TIMEOUT, "request_timeout"),
              Map.entry(LineFault.Kind.STATUS_ZERO, "zero"),
              Map.entry(LineFault.Kind.MISSING, "missing"),
              Map.entry(LineFault.Kind.DOUBLED, "doubled"),
              Map.entry(LineFault.Kind.UNKNOWN, "unknown"),
              Map.entry(LineFault.Kind.GARBLED, "garbled"),
              Map.entry(LineFault.Kind.FILTERED, "content_filter"),
              Map.entry(LineFault.Kind.CUT, "length")));

  private @TempDir Path dir;
  private LocalServer server;
  private RawClient client;

  @BeforeEach
  void start() throws IOException {
    server = LocalServer.start(LocalServerSettings.defaults().withDir(dir));
    client = new RawClient(server);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  @ParameterizedTest
  @CsvSource({
    "error_500, 500, ",
    "error_503, 503, ",
    "rate_limit, 429, rate_limit_exceeded",
    "no_quota, 429, insufficient_quota",
  })
  void failsTheFirstCallsOfAName(String kind, int status, String code) throws Exception {
    client.faults(
        "{\"calls\":[{\"call\":\"list_batches\",\"kind\":\"%s\",\"first\":2,\"retry_after_seconds\":7}]}"
            .formatted(kind));

    for (int i = 0; i < 2; i++) {
      Reply reply = client.get("/batches");
      assertThat(reply.status()).isEqualTo(status);
      assertThat(reply.json().at("/error/code").textValue()).isEqualTo(code);
      assertThat(reply.header("retry-after")).isEqualTo(kind.equals("rate_limit") ? "7" : "");
    }
    assertThat(client.get("/batches").status()).isEqualTo(200);
    assertThat(client.get("/files").status()).isEqualTo(200);
  }

  @Test
  void failsUploadsOnlyAfterTheyWereRead() throws Exception {
    server.faults(Faults.none().with(CallFault.first(1, "upload_file", CallFault.Kind.ERROR_503)));

    assertThat(
            client
                .upload(
                    "in.jsonl",
                    Map.of("purpose", "batch"),
                    BodyPublishers.ofByteArray(new byte[5_000_000]))
                .status())
        .isEqualTo(503);
    assertThat(client.get("/files").json().get("data")).isEmpty();
  }

  @Test
  void hitsTheSameCallsByChanceForTheSameSeed() throws Exception {
    List<List<Integer>> rounds = new ArrayList<>();
    for (int round = 0; round < 2; round++) {
      client.faults("{\"calls\":[{\"call\":\"*\",\"kind\":\"error_500\",\"probability\":0.3}]}");
      List<Integer> statuses = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        statuses.add(client.get("/models").status());
      }
      rounds.add(statuses);
    }

    assertThat(rounds.get(1)).isEqualTo(rounds.get(0));
    assertThat(rounds.get(0).stream().filter(status -> status == 500).count()).isBetween(15L, 45L);
  }

  @Test
  void dropsAConnectionBeforeAnythingIsDone() throws Exception {
    String file = client.upload(Lines.chats(1));
    client.faults("{\"calls\":[{\"call\":\"create_batch\",\"kind\":\"drop\",\"first\":1}]}");

    assertThatThrownBy(() -> client.create(file, Lines.CHAT)).isInstanceOf(IOException.class);
    assertThat(client.get("/batches").json().get("data")).isEmpty();
    assertThat(client.create(file, Lines.CHAT).status()).isEqualTo(200);
  }

  @Test
  void losesTheReplyOfABatchThatItCreated() throws Exception {
    String file = client.upload(Lines.chats(1));
    client.faults("{\"calls\":[{\"call\":\"create_batch\",\"kind\":\"lost_reply\",\"first\":1}]}");

    assertThatThrownBy(() -> client.create(file, Lines.CHAT)).isInstanceOf(IOException.class);
    JsonNode batches = client.get("/batches").json().get("data");
    assertThat(batches).hasSize(1);
    assertThat(client.await(batches.get(0).get("id").asText()).get("status").asText())
        .isEqualTo("completed");
  }

  @Test
  void breaksADownloadOffHalfway() throws Exception {
    JsonNode batch = client.run(Lines.CHAT, Lines.chats(1_000));
    client.faults("{\"calls\":[{\"call\":\"download_file\",\"kind\":\"truncate\",\"first\":1}]}");

    assertThatThrownBy(() -> client.lines(batch, "output_file_id")).isInstanceOf(IOException.class);
    assertThat(client.lines(batch, "output_file_id")).hasSize(1_000);
  }

  @Test
  void doesNotFindAFileAtFirst() throws Exception {
    client.faults("{\"batches\":[{\"kind\":\"file_not_found\",\"first\":2}]}");
    String file = client.upload(Lines.chats(1));

    for (int i = 0; i < 2; i++) {
      Reply reply = client.create(file, Lines.CHAT);
      assertThat(reply.status()).isEqualTo(400);
      assertThat(reply.json().at("/error/message").asText()).startsWith("Cannot find file " + file);
    }
    assertThat(client.create(file, Lines.CHAT).status()).isEqualTo(200);
  }

  @Test
  void showsTheOutputFileLate() throws Exception {
    client.faults("{\"batches\":[{\"kind\":\"null_output\",\"probability\":1}]}");

    JsonNode first = client.run(Lines.CHAT, Lines.chats(1));
    assertThat(first.get("output_file_id").isNull()).isTrue();
    JsonNode second = client.get("/batches").json().at("/data/0");
    assertThat(second.get("status").asText()).isEqualTo("completed");
    assertThat(second.get("output_file_id").isNull()).isTrue();
    JsonNode third = client.get("/batches/" + first.get("id").asText()).json();
    assertThat(client.results(third, "output_file_id")).hasSize(1);
  }

  @Test
  void doesNotFindAFileThatItTookABatchFor() throws Exception {
    client.faults("{\"batches\":[{\"kind\":\"file_not_found_later\",\"first\":1}]}");
    String file = client.upload(Lines.chats(1));

    JsonNode failed =
        client.await(client.create(file, Lines.CHAT).json().get("id").asText(), "failed");
    assertThat(failed.at("/errors/data/0/message").asText()).startsWith("Cannot find file " + file);
    assertThat(failed.at("/errors/data/0/line").isNull()).isTrue();
    JsonNode again = client.await(client.create(file, Lines.CHAT).json().get("id").asText());
    assertThat(again.get("status").asText()).isEqualTo("completed");
  }

  @Test
  void hitsTheSameBatchesByChanceForTheSameSeed() throws Exception {
    List<List<String>> rounds = new ArrayList<>();
    for (int round = 0; round < 2; round++) {
      try (LocalServer fresh =
          LocalServer.start(
              LocalServerSettings.defaults()
                  .withFaults(
                      Faults.none().with(BatchFault.chance(0.5, BatchFault.Kind.TOKEN_LIMIT))))) {
        RawClient raw = new RawClient(fresh);
        List<String> statuses = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
          statuses.add(raw.run(Lines.CHAT, Lines.chats(1)).get("status").asText());
        }
        rounds.add(statuses);
      }
    }

    assertThat(rounds.get(0)).contains("failed", "completed").isEqualTo(rounds.get(1));
  }

  @Test
  void refusesBatchesForTheirTokens() throws Exception {
    client.faults("{\"batches\":[{\"kind\":\"token_limit\",\"first\":1}]}");

    assertThat(client.run(Lines.CHAT, Lines.chats(1)).at("/errors/data/0/code").asText())
        .isEqualTo("token_limit_exceeded");
    assertThat(client.run(Lines.CHAT, Lines.chats(1)).get("status").asText())
        .isEqualTo("completed");
  }

  @Test
  void expiresWithAPartOfTheLinesAnswered() throws Exception {
    client.faults("{\"batches\":[{\"kind\":\"expire\",\"first\":1,\"at\":0.3}]}");

    JsonNode batch = client.run(Lines.CHAT, Lines.chats(100));

    assertThat(batch.get("status").asText()).isEqualTo("expired");
    assertThat(client.results(batch, "output_file_id")).hasSize(30);
    assertThat(client.results(batch, "error_file_id").values())
        .hasSize(70)
        .allMatch(line -> line.at("/error/code").asText().equals("batch_expired"));
    assertThat(client.run(Lines.CHAT, Lines.chats(1)).get("status").asText())
        .isEqualTo("completed");
  }

  @Test
  void getsStuckUntilItIsCancelled() throws Exception {
    client.faults("{\"batches\":[{\"kind\":\"stuck\",\"first\":1,\"at\":0.4}]}");
    String id = client.create(client.upload(Lines.chats(10)), Lines.CHAT).json().get("id").asText();
    JsonNode batch = client.await(id, "in_progress");
    while (batch.at("/request_counts/completed").asInt() < 4) {
      batch = client.await(id, "in_progress");
    }

    assertThat(client.run(Lines.CHAT, Lines.chats(1)).get("status").asText())
        .isEqualTo("completed");
    assertThat(client.await(id, "in_progress").at("/request_counts/completed").asInt())
        .isEqualTo(4);
    client.post("/batches/" + id + "/cancel", "");
    assertThat(client.results(client.await(id), "output_file_id")).hasSize(4);
  }

  @Test
  void takesLongerForSlowBatches() throws Exception {
    client.faults("{\"batches\":[{\"kind\":\"slow\",\"first\":1,\"by_millis\":700}]}");
    Instant start = Instant.now();

    client.run(Lines.CHAT, Lines.chats(5));

    assertThat(Duration.between(start, Instant.now())).isGreaterThan(Duration.ofMillis(600));
  }

  @Test
  void damagesLinesByChanceAndBillsOnlyWhatItAnswered() throws Exception {
    client.faults(
        "{\"lines\":["
            + NAMES.keySet().stream()
                .map(kind -> "{\"kind\":\"%s\",\"probability\":0.1}".formatted(kind.code()))
                .collect(Collectors.joining(","))
            + "]}");
    JsonNode batch = client.run(Lines.CHAT, Lines.chats(2_000));
    Map<String, Integer> kinds = new HashMap<>();
    Map<String, Integer> answered = new HashMap<>();
    for (String line : client.lines(batch, "output_file_id")) {
      if (!line.endsWith("}")) {
        kinds.merge("garbled", 1, Integer::sum);
        continue;
      }
      JsonNode json = RawClient.MAPPER.readTree(line);
      String id = json.get("custom_id").asText();
      if (id.startsWith("unknown-")) {
        kinds.merge("unknown", 1, Integer::sum);
      } else if (json.at("/response/status_code").asInt() == 0) {
        kinds.merge("zero", 1, Integer::sum);
      } else if (!json.at("/response/body/choices/0/finish_reason").asText().equals("stop")) {
        kinds.merge(json.at("/response/body/choices/0/finish_reason").asText(), 1, Integer::sum);
        answered.merge(id, 1, Integer::sum);
      } else if (answered.merge(id, 1, Integer::sum) == 2) {
        kinds.merge("doubled", 1, Integer::sum);
      }
    }
    for (JsonNode line : client.results(batch, "error_file_id").values()) {
      String kind = line.at("/response/status_code").asText() + line.at("/error/code").asText();
      String code = line.at("/response/body/error/code").asText();
      kinds.merge(code.equals("insufficient_quota") ? kind + " " + code : kind, 1, Integer::sum);
    }
    int seen =
        answered.size()
            + kinds.get("zero")
            + kinds.get("garbled")
            + batch.at("/request_counts/failed").asInt();
    kinds.put("missing", 2_000 - seen);

    assertThat(kinds.keySet()).containsExactlyInAnyOrderElementsOf(NAMES.values());
    // Each is hit a tenth of the time by those that the ones before it in the list have left.
    double left = 2_000;
    for (LineFault.Kind kind : NAMES.keySet()) {
      assertThat(kinds.get(NAMES.get(kind)))
          .as(kind.code())
          .isBetween((int) (left * 0.07), (int) (left * 0.13));
      left *= 0.9;
    }
    assertThat(server.timesAnswered().keySet()).isEqualTo(new TreeSet<>(answered.keySet()));
    assertThat(server.timesAnswered().values()).containsOnly(1);
  }

  @Test
  void damagesTheSameLinesForTheSameSeed() throws Exception {
    List<List<String>> rounds = new ArrayList<>();
    for (int round = 0; round < 2; round++) {
      try (LocalServer fresh =
          LocalServer.start(
              LocalServerSettings.defaults()
                  .withFaults(
                      Faults.none().with(LineFault.chance(0.2, LineFault.Kind.ERROR_500))))) {
        RawClient raw = new RawClient(fresh);
        JsonNode batch = raw.run(Lines.CHAT, Lines.chats(100));
        rounds.add(new ArrayList<>(raw.results(batch, "error_file_id").keySet()));
      }
    }

    assertThat(rounds.get(0)).isNotEmpty().isEqualTo(rounds.get(1));
  }

  @Test
  void liesAboutCounts() throws Exception {
    client.faults(
        "{\"batches\":[{\"kind\":\"lying_counts\",\"first\":1}],\"lines\":[{\"kind\":\"error_500\",\"first\":10}]}");

    JsonNode batch = client.run(Lines.CHAT, Lines.chats(10));

    assertThat(batch.get("request_counts").toString())
        .isEqualTo("{\"total\":10,\"completed\":10,\"failed\":0}");
    assertThat(batch.get("output_file_id").isNull()).isTrue();
  }

  @Test
  void showsAndClearsFaultsAndRefusesUnknownOnes() throws Exception {
    client.faults("{\"calls\":[{\"call\":\"*\",\"kind\":\"drop\",\"first\":0}]}");
    String shown = client.control("GET", "/_faults", "").http().body();
    assertThat(Faults.parse(shown).calls())
        .containsExactly(CallFault.first(0, "*", CallFault.Kind.DROP));
    assertThat(shown).contains("\"kind\":\"drop\"");

    assertThat(problem("{\"oops\":1}")).contains("oops");
    assertThat(problem("{\"calls\":[{\"call\":\"craete_batch\",\"kind\":\"drop\"}]}"))
        .contains("create_batch")
        .contains("craete_batch");
    assertThat(problem("{\"lines\":[{\"kind\":\"missing\",\"probability\":1.5}]}"))
        .contains("must be 0 to 1, not 1.5");
    assertThat(problem("{\"batches\":[{\"kind\":\"stuck\",\"at\":-1}]}")).contains("at must be");
    assertThat(problem("{\"calls\":[{\"call\":\"*\",\"kind\":\"flood\"}]}")).contains("flood");
    assertThat(problem("{\"lines\":[{\"first\":1}]}")).contains("a fault of lines needs a kind");
    assertThat(problem("[]")).contains("faults");
    assertThat(problem("null")).contains("faults");

    client.control("DELETE", "/_faults", "");
    assertThat(Faults.parse(client.control("GET", "/_faults", "").http().body()))
        .isEqualTo(Faults.none());
  }

  @Test
  void addsUpWhatWasBilledEvenAfterARestart() throws Exception {
    client.run(Lines.CHAT, Lines.chats(30));
    client.run(Lines.CHAT, Lines.chats(10));
    client.get("/files/none");

    server.close();
    start();
    JsonNode stats = client.control("GET", "/_stats", "").json();

    assertThat(stats.get("batches_created").asInt()).isEqualTo(2);
    assertThat(stats.get("lines_answered").asInt()).isEqualTo(40);
    assertThat(stats.get("custom_ids_answered_more_than_once").asInt()).isEqualTo(10);
    Set<String> examples = new TreeSet<>();
    stats.get("examples").forEach(id -> examples.add(id.asText()));
    assertThat(examples)
        .isEqualTo(
            Lines.each(10, i -> "r-" + i).stream().collect(Collectors.toCollection(TreeSet::new)));
    assertThat(stats.at("/calls/create_batch").asInt()).isEqualTo(2);
    assertThat(stats.at("/calls/retrieve_file").asInt()).isEqualTo(1);
  }

  private String problem(String faults) throws Exception {
    Reply reply = client.control("PUT", "/_faults", faults);
    assertThat(reply.status()).as(reply.http().body()).isEqualTo(400);
    return reply.json().at("/error/message").asText();
  }
}
