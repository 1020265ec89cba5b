package io.beambatch.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.cli.Program;
import io.beambatch.cli.Said;
import io.beambatch.cli.Workplace;
import io.beambatch.emulator.GcsEmulator;
import io.beambatch.job.RequestSpec;
import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The packaged program, killed without warning, again and again, with everything in Google Cloud
 * Storage: job file, schema, source (plain and compressed), staging, sink and failures.
 */
@Tag("slow")
class KilledRunOnGcsTest {
  private static final int DOCUMENTS = 200;
  private static final int KILLS = 3;
  private static final int LONGEST_LIFE_MILLIS = 6_000;
  private static final String SCHEMA =
      """
      {"type": "object", "additionalProperties": false, "required": ["people"],\
       "properties": {"people": {"type": "array", "items": {"type": "string"}}}}\
      """;
  private static final String SEED = System.getProperty("beambatch.seed");

  @TempDir Path folder;

  private final long seed = SEED == null ? System.nanoTime() : Long.parseLong(SEED);
  private GcsEmulator emulator;
  private String bucket;

  @BeforeEach
  void putAllIntoABucket() throws Exception {
    emulator = GcsEmulator.start();
    bucket = emulator.bucket();
    emulator.put(bucket, "jobs/people.yaml", job("gs://" + bucket));
    emulator.put(bucket, "jobs/schemas/people.json", SCHEMA);
    emulator.put(bucket, "in/plain [1].jsonl", documents(0, DOCUMENTS / 2));
    emulator.put(bucket, "in/packed.jsonl.gz", packed(documents(DOCUMENTS / 2, DOCUMENTS)));
  }

  @Test
  void answersAndPaysEachDocumentOnce() throws Exception {
    try (LocalServer server =
        LocalServer.start(
            LocalServerSettings.defaults()
                .withDir(folder.resolve("served"))
                .withLatency(Duration.ofSeconds(5)))) {
      URI baseUrl = server.baseUrl();
      List<String> lives = killAgainAndAgain(baseUrl);
      System.out.printf("-Dbeambatch.seed=%d: killed %s%n", seed, lives);

      Said last = Said.by(environment(baseUrl), command());
      assertThat(last.exitCode()).as("seed %d: %s", seed, last.err()).isZero();

      List<String> texts = IntStream.range(0, DOCUMENTS).mapToObj(i -> "review " + i).toList();
      ServerBill bill = ServerBill.of(baseUrl);
      assertThat(bill.timesAnswered().keySet()).containsExactlyInAnyOrderElementsOf(texts);
      assertThat(bill.timesAnswered().values()).as("seed %d", seed).containsOnly(1);
      assertThat(bill.batchesByChunk().values()).as("seed %d", seed).containsOnly(1);
      assertThat(lines("out/answered-a-"))
          .as("seed %d", seed)
          .extracting(document -> document.path("text").asText())
          .containsExactlyInAnyOrderElementsOf(texts);
      assertThat(lines("out/answered-a-"))
          .allSatisfy(document -> assertThat(document.at("/people/people").isArray()).isTrue());
      assertThat(lines("out/failed-a-")).isEmpty();
      assertThat(emulator.names(bucket, "staging/people/a/"))
          .contains("staging/people/a/report.json")
          .anyMatch(name -> name.startsWith("staging/people/a/input/"))
          .anyMatch(name -> name.startsWith("staging/people/a/parts/"))
          .anyMatch(name -> name.startsWith("staging/people/a/plan/a1/"))
          .anyMatch(name -> name.startsWith("staging/people/a/ledger/a1-c00000/"))
          .anyMatch(name -> name.startsWith("staging/people/a/results/a1-c00000."));
    }
  }

  /** How long each launch lived. */
  private List<String> killAgainAndAgain(URI baseUrl) throws Exception {
    Random random = new Random(seed);
    List<String> lives = new ArrayList<>();
    for (int i = 0; i < KILLS; i++) {
      int life = random.nextInt(LONGEST_LIFE_MILLIS);
      try (Program run = launch("launch-" + i, baseUrl)) {
        run.awaitOutput("run a of job people in gs://");
        if (run.awaitEnd(life)) {
          assertThat(run.end()).as(run.err()).isZero();
          break;
        }
        lives.add("after " + life + " ms");
      }
    }
    assertThat(lives).isNotEmpty();
    return lives;
  }

  private Program launch(String name, URI baseUrl) throws Exception {
    return Program.start(folder.resolve(name), environment(baseUrl), command());
  }

  private static Map<String, String> environment(URI baseUrl) {
    return Program.environment(RequestSpec.Provider.OPENAI, baseUrl);
  }

  private List<String> command() {
    String root = "gs://" + bucket;
    List<String> command = new ArrayList<>();
    command.addAll(List.of("run", root + "/jobs/people.yaml", "--staging", root + "/staging/"));
    command.addAll(List.of("--run", "a"));
    command.add("--");
    command.addAll(emulator.beamOptions());
    return command;
  }

  private static String job(String root) {
    return """
        name: people
        source: {type: jsonl, path: "%1$s/in/*.jsonl*", id: id}
        request:
          endpoint: /v1/chat/completions
          model: gpt-4o-mini
          body:
            messages: [{role: user, content: "{{text}}"}]
            response_format:
              {type: json_schema, json_schema: {name: people, strict: true, schema: %2$s}}
        result: {field: people, schema: schemas/people.json}
        sink: {type: jsonl, path: "%1$s/out/answered"}
        failures: {path: "%1$s/out/failed"}
        limits: {requests: 25}
        poll: {interval: 500ms, grace: 5s}
        keep_files: true
        keep: all
        """
        .formatted(root, SCHEMA);
  }

  private List<JsonNode> lines(String prefix) throws IOException {
    List<JsonNode> documents = new ArrayList<>();
    for (String name : emulator.names(bucket, prefix)) {
      for (String line : emulator.text(bucket, name).lines().toList()) {
        documents.add(Workplace.JSON.readTree(line));
      }
    }
    return documents;
  }

  private static String documents(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(i -> "{\"id\":" + i + ",\"text\":\"review " + i + "\"}\n")
        .collect(Collectors.joining());
  }

  private static byte[] packed(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream packing = new GZIPOutputStream(bytes)) {
      packing.write(text.getBytes(UTF_8));
    }
    return bytes.toByteArray();
  }
}
