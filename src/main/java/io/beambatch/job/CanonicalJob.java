package io.beambatch.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A stable JSON text of everything in a job that shapes its requests, its chunks and its files:
 * source, request, result, sink, failures, the limits on chunks, and the number of attempts. Two
 * jobs with the same text may share a run. Not in it: how many documents may fail, how batches are
 * awaited, what they may cost, prices.
 */
public final class CanonicalJob {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private CanonicalJob() {}

  /** One line of JSON with sorted keys. */
  public static String text(Job job) {
    ObjectNode root = JSON.objectNode();
    root.set("source", source(job.source()));
    root.set("request", request(job.inference().request()));
    ObjectNode result = root.putObject("result");
    result.put("field", job.inference().result().field());
    put(result, "pointer", job.inference().result().pointer());
    if (job.inference().result().schema() != null) {
      result.set("schema", job.inference().result().schema());
    }
    ObjectNode sink = root.putObject("sink");
    sink.put("type", job.sink().type().name());
    put(sink, "path", job.sink().path());
    put(sink, "compression", job.sink().compression().code());
    table(sink, job.sink().table());
    put(sink, "topic", job.sink().topic());
    ObjectNode failures = root.putObject("failures");
    put(failures, "path", job.failures().path());
    table(failures, job.failures().table());
    put(failures, "topic", job.failures().topic());
    root.putObject("limits")
        .put("requests", job.inference().limits().requests())
        .put("bytes", job.inference().limits().bytes())
        .put("enqueued_tokens", job.inference().limits().enqueuedTokens());
    // Documents that one launch left to a next attempt would be nowhere if another made none.
    root.putObject("retry").put("attempts", job.inference().retry().attempts());
    return sorted(root).toString();
  }

  /**
   * The paths of the keys in which two texts differ, such as {@code request.body.max_tokens};
   * sorted, empty if they are the same job.
   *
   * @throws IllegalArgumentException if one isn't such a text
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

  private static ObjectNode source(SourceSpec source) {
    ObjectNode json = JSON.objectNode().put("type", source.type().name());
    source.paths().forEach(json.putArray("path")::add);
    if (source.table() != null) {
      TableName table = source.table().table();
      put(json, "table", table == null ? null : table.toString());
      put(json, "query", source.table().query());
      json.put("method", source.table().method().name());
    }
    if (source.messages() != null) {
      json.put("subscription", source.messages().subscription());
      put(json, "attributes", source.messages().attributes());
    }
    put(json, "id", source.id());
    json.put("whole_file", source.wholeFile()).put("delimiter", String.valueOf(source.delimiter()));
    put(json, "watch", source.watch() == null ? null : source.watch().toString());
    return json.put("window", source.window().toString());
  }

  private static void table(ObjectNode json, @Nullable TableSink table) {
    if (table != null) {
      json.put("table", table.table().toString())
          .put("write_disposition", table.writeDisposition().name())
          .put("create_disposition", table.createDisposition().name());
      if (table.partition() != null) {
        ObjectNode partition = json.putObject("partition");
        put(partition, "field", table.partition().field());
        partition.put("type", table.partition().type().name());
      }
    }
  }

  private static ObjectNode request(RequestSpec request) {
    ObjectNode json = JSON.objectNode().put("provider", request.provider().name());
    put(json, "base_url", request.baseUrl());
    json.put("endpoint", request.endpoint()).put("model", request.model());
    json.set("body", request.body());
    return json;
  }

  private static void put(ObjectNode json, String key, @Nullable String value) {
    if (value != null) {
      json.put(key, value);
    }
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
