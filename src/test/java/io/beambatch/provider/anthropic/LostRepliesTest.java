package io.beambatch.provider.anthropic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.beambatch.BatchInference;
import io.beambatch.SuppliedProviders;
import io.beambatch.job.Job;
import io.beambatch.job.JobReader;
import io.beambatch.provider.ProviderSettingsException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.Create;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A whole pipeline against a server that speaks Anthropic's API, was written from its documentation
 * alone, and takes the creations of batches without a reply. Beside the run's batches it has one of
 * a stranger's with as many requests.
 */
@Tag("slow")
class LostRepliesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int DOCUMENTS = 60;
  private static final int IN_A_BATCH = 20;

  @TempDir Path folder;
  private final Map<String, ArrayNode> batches = new LinkedHashMap<>();
  private final Map<String, Instant> created = new LinkedHashMap<>();
  private final List<String> touched = new ArrayList<>();
  private long billed;
  private int lost;
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/v1/messages/batches", this::answer);
    server.setExecutor(Executors.newCachedThreadPool());
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void asManyLinesAreBilledAsThereAreDocuments() throws Exception {
    String baseUrl = "http://127.0.0.1:" + server.getAddress().getPort();
    Job job =
        JobReader.parse(
            "job.yaml",
            """
            name: reviews
            source: {type: jsonl, path: none, id: id}
            request:
              provider: anthropic
              model: claude-x
              prompt: {user: "Classify the sentiment: {{text}}", max_tokens: 10}
            result: {field: sentiment}
            sink: {type: jsonl, path: none}
            limits: {requests: %d}
            poll: {interval: 300ms, deadline: 5m}
            """
                .formatted(IN_A_BATCH),
            List.of());
    List<String> documents =
        IntStream.range(0, DOCUMENTS)
            .mapToObj(i -> "{\"id\":\"d%d\",\"text\":\"fine %d\"}".formatted(i, i))
            .toList();
    Pipeline pipeline = Pipeline.create();
    var answers =
        pipeline
            .apply(Create.of(documents))
            .apply(
                BatchInference.of(job)
                    .withStaging(folder.resolve("staging").toString())
                    .withRun("r1")
                    .withProviders(new SuppliedProviders(() -> connect(baseUrl))));
    PAssert.thatSingleton(answers.answered().apply("Count", Count.globally()))
        .isEqualTo((long) DOCUMENTS);
    pipeline.run().waitUntilFinish();

    assertThat(lost).as("replies that were lost").isGreaterThanOrEqualTo(2);
    assertThat(billed).as("lines billed").isEqualTo(DOCUMENTS);
    assertThat(touched).as("deleted after collection").doesNotContain("stranger").isNotEmpty();
    assertThat(batches.keySet()).as("what is left").containsExactly("stranger");
  }

  private static AnthropicBatches connect(String baseUrl) {
    try {
      return AnthropicApi.INSTANCE.connect(
          baseUrl, Map.of(), Map.of("ANTHROPIC_API_KEY", "any-key"));
    } catch (ProviderSettingsException e) {
      throw new IllegalStateException(e);
    }
  }

  private synchronized void answer(HttpExchange exchange) throws IOException {
    String method = exchange.getRequestMethod();
    String path = exchange.getRequestURI().getPath().substring("/v1/messages/batches".length());
    JsonNode body = JSON.readTree(exchange.getRequestBody().readAllBytes());
    String id = path.replaceAll("^/|/.*$", "").replaceAll("/results$", "");
    if (method.equals("POST") && path.isEmpty()) {
      create(exchange, (ArrayNode) body.get("requests"));
    } else if (path.isEmpty()) {
      ArrayNode data = JSON.createArrayNode();
      List<String> newestFirst = new ArrayList<>(batches.keySet());
      newestFirst.sort((one, other) -> created.get(other).compareTo(created.get(one)));
      newestFirst.forEach(batch -> data.add(shown(batch)));
      ObjectNode page = JSON.createObjectNode().put("has_more", false);
      page.set("data", data);
      reply(exchange, 200, page.toString());
    } else if (!batches.containsKey(id)) {
      reply(exchange, 404, "{\"type\":\"error\",\"error\":{\"type\":\"not_found_error\"}}");
    } else if (path.endsWith("/results")) {
      StringBuilder lines = new StringBuilder();
      batches.get(id).forEach(request -> lines.append(result(request)).append('\n'));
      reply(exchange, 200, lines.toString());
    } else if (method.equals("GET")) {
      reply(exchange, 200, shown(id).toString());
    } else {
      touched.add(id);
      batches.remove(id);
      reply(exchange, 200, "{\"id\":\"" + id + "\",\"type\":\"message_batch_deleted\"}");
    }
  }

  /** Takes the batch; of the first two, and of every other one after that, nobody is told. */
  private void create(HttpExchange exchange, ArrayNode requests) throws IOException {
    if (batches.isEmpty()) {
      // Somebody else's batch, just as large, at about the same time.
      ArrayNode others = JSON.createArrayNode();
      requests.forEach(request -> others.addObject().put("custom_id", "other-" + others.size()));
      add("stranger", others);
    }
    String id = "msgbatch_" + created.size();
    add(id, requests);
    billed += requests.size();
    if (created.size() <= 3 || created.size() % 2 == 0) {
      lost++;
      exchange.close();
      return;
    }
    reply(exchange, 200, shown(id).toString());
  }

  private void add(String id, ArrayNode requests) {
    batches.put(id, requests);
    created.put(id, Instant.now());
  }

  private ObjectNode shown(String id) {
    ObjectNode batch =
        JSON.createObjectNode()
            .put("id", id)
            .put("type", "message_batch")
            .put("processing_status", "ended")
            .put("created_at", String.valueOf(created.get(id)))
            .put("results_url", "https://elsewhere.example/" + id);
    batch
        .putObject("request_counts")
        .put("processing", 0)
        .put("succeeded", batches.get(id).size())
        .put("errored", 0)
        .put("canceled", 0)
        .put("expired", 0);
    return batch;
  }

  private static ObjectNode result(JsonNode request) {
    ObjectNode line = JSON.createObjectNode().put("custom_id", request.path("custom_id").asText());
    ObjectNode message =
        line.putObject("result")
            .put("type", "succeeded")
            .putObject("message")
            .put("model", request.at("/params/model").asText())
            .put("stop_reason", "end_turn");
    message.putArray("content").addObject().put("type", "text").put("text", "positive");
    message.putObject("usage").put("input_tokens", 9).put("output_tokens", 1);
    return line;
  }

  private static void reply(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    try (var out = exchange.getResponseBody()) {
      out.write(bytes);
    }
  }
}
