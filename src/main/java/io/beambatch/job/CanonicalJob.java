package io.beambatch.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.job.FileDestination.Compression;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A stable JSON text of the parts of a job that determine its requests, its chunks and its files:
 * source, request, result, sink, failures, the limits on chunks, the number of attempts, and
 * whether duplicates are sent once. Two jobs with the same text may share a run. It excludes how
 * many documents may fail, how batches are awaited, budgets, and prices.
 */
public final class CanonicalJob {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private CanonicalJob() {}

  /** One line of JSON with sorted keys. */
  public static String text(Job job) {
    ObjectNode root = JSON.objectNode();
    root.set("source", job.source().canonical());
    root.set("request", request(job.inference().request()));
    ObjectNode result = root.putObject("result");
    result.put("field", job.inference().result().field());
    put(result, "pointer", job.inference().result().pointer());
    if (job.inference().result().unfence() != null) {
      result.put("unfence", job.inference().result().unfence());
    }
    if (job.inference().result().schema() != null) {
      result.set("schema", job.inference().result().schema());
    }
    root.set("sink", job.answers().canonical());
    // Failed documents have one format, which was never part of the text.
    root.set("failures", job.failures().canonical().without(List.of("type", "compression")));
    ObjectNode limits = root.putObject("limits");
    limits
        .put("requests", job.inference().limits().requests())
        .put("bytes", job.inference().limits().bytes())
        .put("enqueued_tokens", job.inference().limits().enqueuedTokens());
    if (job.inference().limits().imageTokens() > 0) {
      limits.put("image_tokens", job.inference().limits().imageTokens());
    }
    // A launch with fewer attempts would lose documents that were left for another one.
    ObjectNode retry = root.putObject("retry").put("attempts", job.inference().retry().attempts());
    if (job.inference().retry().repairs() > 0) {
      retry.put("repair", job.inference().retry().repairs());
    }
    if (job.inference().duplicates() == Duplicates.ONCE) {
      root.put("duplicates", "once");
    }
    return sorted(root).toString();
  }

  /**
   * The paths of the keys in which two texts differ, such as {@code request.body.max_tokens};
   * sorted, empty if they are the same job.
   *
   * @throws IllegalArgumentException if one of them isn't such a text
   */
  public static List<String> differences(String one, String other) {
    List<String> paths = new ArrayList<>();
    try {
      compare("", MAPPER.readTree(one), MAPPER.readTree(other), paths);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "not the canonical text of a job: " + e.getOriginalMessage(), e);
    }
    return paths;
  }

  /**
   * Returns whether the requests of a job go to a provider and a model.
   *
   * @param text of the job
   */
  public static boolean isSentTo(String text, RequestSpec.Provider provider, String model) {
    try {
      JsonNode request = MAPPER.readTree(text).path("request");
      return request.path("provider").asText().equals(provider.name())
          && request.path("model").asText().equals(model);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "not the canonical text of a job: " + e.getOriginalMessage(), e);
    }
  }

  /** The text's keys for every source. Keys that only files have get their defaults. */
  static ObjectNode source(String type, Source source) {
    ObjectNode json =
        JSON.objectNode()
            .put("type", type)
            .put("whole_file", false)
            .put("delimiter", ",")
            .put("window", FileSource.WINDOW.toString());
    source.paths().forEach(json.putArray("path")::add);
    return put(json, "id", source.id());
  }

  /** The text's keys for every destination. */
  static ObjectNode destination(String type, Compression compression) {
    return JSON.objectNode().put("type", type).put("compression", compression.code());
  }

  private static ObjectNode request(RequestSpec request) {
    ObjectNode json = JSON.objectNode().put("provider", request.provider().name());
    put(json, "base_url", request.baseUrl());
    if (!request.headers().isEmpty()) {
      ObjectNode headers = json.putObject("headers");
      request.headers().forEach(headers::put);
    }
    json.put("endpoint", request.endpoint()).put("model", request.model());
    json.set("body", request.body());
    return json;
  }

  /** Omits a key without a value. */
  static ObjectNode put(ObjectNode json, String key, @Nullable String value) {
    return value == null ? json : json.put(key, value);
  }

  private static JsonNode sorted(JsonNode json) {
    if (json.isObject()) {
      ObjectNode copy = JSON.objectNode();
      for (String key : keys(json, json)) {
        copy.set(key, sorted(json.get(key)));
      }
      return copy;
    }
    if (json.isArray()) {
      var copy = JSON.arrayNode();
      json.forEach(item -> copy.add(sorted(item)));
      return copy;
    }
    return json;
  }

  private static void compare(String path, JsonNode one, JsonNode other, List<String> paths) {
    if (one.equals(other)) {
      return;
    }
    if (one.isObject() && other.isObject()) {
      for (String key : keys(one, other)) {
        compare(Section.join(path, key), child(one, key), child(other, key), paths);
      }
    } else if (one.isArray() && other.isArray() && one.size() == other.size()) {
      for (int i = 0; i < one.size(); i++) {
        compare(Section.join(path, String.valueOf(i)), one.get(i), other.get(i), paths);
      }
    } else {
      paths.add(path);
    }
  }

  private static JsonNode child(JsonNode json, String key) {
    return json.has(key) ? json.get(key) : MissingNode.getInstance();
  }

  private static Set<String> keys(JsonNode one, JsonNode other) {
    Set<String> keys = new TreeSet<>();
    one.fieldNames().forEachRemaining(keys::add);
    other.fieldNames().forEachRemaining(keys::add);
    return keys;
  }
}
