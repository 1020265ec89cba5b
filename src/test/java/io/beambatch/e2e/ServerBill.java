package io.beambatch.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.cli.Workplace;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.collect.Maps;

/**
 * What a server has answered, and so billed, by its own files: by which batches each document,
 * known by its last message. Custom ids don't tell, for they change when a document is sent again.
 * Needs {@code keep_files=true}.
 */
record ServerBill(List<JsonNode> batches, Map<String, List<String>> answeredBy) {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  static ServerBill of(URI baseUrl) throws IOException, InterruptedException {
    List<JsonNode> batches = Workplace.listed(baseUrl + "/batches?limit=100");
    Map<String, List<String>> answeredBy = new HashMap<>();
    for (JsonNode batch : batches) {
      if (batch.path("output_file_id").isTextual()) {
        Map<String, String> documents = new HashMap<>();
        for (JsonNode request : lines(baseUrl, batch.path("input_file_id").asText())) {
          JsonNode messages = request.at("/body/messages");
          documents.put(
              request.path("custom_id").asText(),
              messages.path(messages.size() - 1).path("content").asText());
        }
        // What a fault wrote twice was answered once.
        Map<String, String> answered = new LinkedHashMap<>();
        for (JsonNode line : lines(baseUrl, batch.path("output_file_id").asText())) {
          String document = documents.get(line.path("custom_id").asText());
          if (document != null && line.at("/response/status_code").asInt() == 200) {
            answered.put(line.path("custom_id").asText(), document);
          }
        }
        for (String document : answered.values()) {
          answeredBy
              .computeIfAbsent(document, unknown -> new ArrayList<>())
              .add(batch.path("id").asText());
        }
      }
    }
    return new ServerBill(batches, answeredBy);
  }

  Map<String, Integer> timesAnswered() {
    return Maps.transformValues(answeredBy, List::size);
  }

  /** How many batches each chunk has that got beyond their validation. */
  Map<String, Integer> batchesByChunk() {
    Map<String, Integer> chunks = new HashMap<>();
    for (JsonNode batch : batches) {
      if (!batch.path("status").asText().equals("failed")) {
        chunks.merge(batch.at("/metadata/beambatch_key").asText(), 1, Integer::sum);
      }
    }
    return chunks;
  }

  /** The lines of a file, without those that broke off. */
  private static List<JsonNode> lines(URI baseUrl, String file)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(baseUrl + "/files/" + file + "/content"))
            .header("Authorization", "Bearer any")
            .build();
    return CLIENT
        .send(request, BodyHandlers.ofLines())
        .body()
        .filter(line -> line.endsWith("}"))
        .map(ServerBill::tree)
        .toList();
  }

  private static JsonNode tree(String line) {
    try {
      return Workplace.JSON.readTree(line);
    } catch (IOException e) {
      throw new AssertionError(line, e);
    }
  }

  /** Sets what goes wrong at the server from now on, as JSON. */
  static void faults(URI baseUrl, String json) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(baseUrl.resolve("/_faults"))
            .header("Authorization", "Bearer any")
            .PUT(HttpRequest.BodyPublishers.ofString(json))
            .build();
    String shown = CLIENT.send(request, BodyHandlers.ofString()).body();
    if (shown.contains("\"error\"")) {
      throw new AssertionError(shown);
    }
  }
}
