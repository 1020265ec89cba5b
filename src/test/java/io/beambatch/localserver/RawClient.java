package io.beambatch.localserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/** Speaks to the server in plain HTTP. */
final class RawClient {
  static final String KEY = "sk-test";
  static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final URI base;

  RawClient(LocalServer server) {
    this(server.baseUrl());
  }

  RawClient(URI base) {
    this.base = base;
  }

  /** A reply's status, headers and JSON body. */
  record Reply(int status, HttpResponse<String> http) {
    JsonNode json() throws IOException {
      return MAPPER.readTree(http.body());
    }

    String header(String name) {
      return http.headers().firstValue(name).orElse("");
    }
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(base + path)).header("Authorization", "Bearer " + KEY);
  }

  Reply send(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
    return new Reply(response.statusCode(), response);
  }

  /** A call outside of {@code /v1}. */
  Reply control(String method, String path, String body) throws IOException, InterruptedException {
    return send(
        HttpRequest.newBuilder(base.resolve(path))
            .header("Authorization", "Bearer " + KEY)
            .method(method, BodyPublishers.ofString(body))
            .build());
  }

  void faults(String json) throws IOException, InterruptedException {
    Reply reply = control("PUT", "/_faults", json);
    assertThat(reply.status()).as(reply.http().body()).isEqualTo(200);
  }

  Reply get(String path) throws IOException, InterruptedException {
    return send(request(path).build());
  }

  Reply delete(String path) throws IOException, InterruptedException {
    return send(request(path).DELETE().build());
  }

  Reply post(String path, String body) throws IOException, InterruptedException {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build());
  }

  /** A multipart upload; fields come first. */
  Reply upload(String filename, Map<String, String> fields, BodyPublisher content)
      throws IOException, InterruptedException {
    StringBuilder head = new StringBuilder();
    new TreeMap<>(fields)
        .forEach(
            (name, value) ->
                head.append("--xx\r\nContent-Disposition: form-data; name=\"")
                    .append(name)
                    .append("\"\r\n\r\n")
                    .append(value)
                    .append("\r\n"));
    head.append("--xx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"")
        .append(filename)
        .append("\"\r\nContent-Type: application/octet-stream\r\n\r\n");
    return send(
        request("/files")
            .header("Content-Type", "multipart/form-data; boundary=xx")
            .POST(
                BodyPublishers.concat(
                    BodyPublishers.ofString(head.toString()),
                    content,
                    BodyPublishers.ofString("\r\n--xx--\r\n")))
            .build());
  }

  /** Uploads input lines, and says the file's id. */
  String upload(List<String> lines) throws IOException, InterruptedException {
    Reply reply =
        upload(
            "input.jsonl",
            Map.of("purpose", "batch"),
            BodyPublishers.ofString(String.join("\n", lines)));
    assertThat(reply.status()).as(reply.http().body()).isEqualTo(200);
    return reply.json().get("id").textValue();
  }

  Reply create(String fileId, String endpoint) throws IOException, InterruptedException {
    return post(
        "/batches",
        "{\"input_file_id\":\"%s\",\"endpoint\":\"%s\",\"completion_window\":\"24h\"}"
            .formatted(fileId, endpoint));
  }

  /** Uploads, creates and waits for the end. */
  JsonNode run(String endpoint, List<String> lines) throws IOException, InterruptedException {
    Reply created = create(upload(lines), endpoint);
    assertThat(created.status()).as(created.http().body()).isEqualTo(200);
    return await(created.json().get("id").textValue());
  }

  JsonNode await(String batchId) throws IOException, InterruptedException {
    return await(batchId, "completed", "failed", "expired", "cancelled");
  }

  JsonNode await(String batchId, String... states) throws IOException, InterruptedException {
    Instant deadline = Instant.now().plus(PATIENCE);
    while (true) {
      JsonNode batch = get("/batches/" + batchId).json();
      if (List.of(states).contains(batch.path("status").asText())) {
        return batch;
      }
      assertThat(Instant.now()).as("still " + batch).isBefore(deadline);
      LockSupport.parkNanos(2_000_000);
    }
  }

  /** A result file's lines by custom id. */
  Map<String, JsonNode> results(JsonNode batch, String field)
      throws IOException, InterruptedException {
    Map<String, JsonNode> results = new TreeMap<>();
    for (String line : lines(batch, field)) {
      JsonNode json = MAPPER.readTree(line);
      assertThat(results.put(json.get("custom_id").textValue(), json)).as(line).isNull();
    }
    return results;
  }

  List<String> lines(JsonNode batch, String field) throws IOException, InterruptedException {
    return get("/files/" + batch.get(field).textValue() + "/content")
        .http()
        .body()
        .lines()
        .toList();
  }
}
